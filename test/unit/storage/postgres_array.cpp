// Array literals, both ways.
#include <boost/test/unit_test.hpp>

#include "storage/postgres/array.hpp"
#include "storage/postgres/parameters.hpp"

#include <random>
#include <stdexcept>

namespace {

using namespace kinvault::pg;
using elements = std::vector<std::optional<std::string>>;

std::string write(elements const& values) {
    array_writer out;
    for (auto const& value : values) value ? out.add(*value) : out.add_null();
    return out.take();
}

} // namespace

BOOST_AUTO_TEST_SUITE(postgres_array)

BOOST_AUTO_TEST_CASE(literals_are_quoted) {
    BOOST_TEST(write({}) == "{}");
    BOOST_TEST(write({"a", std::nullopt, "", "NULL"}) == R"({"a",NULL,"","NULL"})");
    BOOST_TEST(write({R"(say "hi" \ {x},y)"}) == R"({"say \"hi\" \\ {x},y"})");
}

BOOST_AUTO_TEST_CASE(what_the_server_prints_is_understood) {
    BOOST_TEST((parse_array("{}") == elements{}));
    BOOST_TEST((parse_array("{a,NULL,null,\"NULL\",\"\"}") ==
                elements{"a", std::nullopt, std::nullopt, "NULL", ""}));
    BOOST_TEST(
        (parse_array(R"({"a,b","c\"d","e\\f","{g}"})") == elements{"a,b", "c\"d", "e\\f", "{g}"}));
    BOOST_TEST((parse_array("{ a b , c }") == elements{"a b", "c"}));
    BOOST_TEST((parse_array("[0:1]={x,y}") == elements{"x", "y"}));
    BOOST_TEST((parse_array(R"({a\,b,\NULL})") == elements{"a,b", "NULL"}));
}

BOOST_AUTO_TEST_CASE(anything_else_is_refused) {
    for (std::string_view const bad :
         {"", "{", "}", "a", "{a", "{a,}", "{,a}", "{\"a}", "{\"a\"b}", "{a\"b\"}", "{a}b", "{a\\",
          "{\"a\\", "{{a},{b}}", "[0:1]", "[0:1={a}", "{a,,b}", "{a} {b}"}) {
        BOOST_TEST_CONTEXT(bad) {
            BOOST_CHECK_THROW(parse_array(bad), std::invalid_argument);
        }
    }
}

BOOST_AUTO_TEST_CASE(every_list_comes_back_as_it_was) {
    std::mt19937 random(20240229);
    std::string_view const pieces[] = {"\"",   "\\",     "{",    "}",        ",",
                                       " ",    "\t",     "\n",   "'",        "NULL",
                                       "",     "[1:2]=", "a",    "\xc3\xa9", "\xf0\x9f\x98\x80",
                                       "\x01", "\x7f",   "\\\\", "$1"};
    for (int round = 0; round < 5000; ++round) {
        elements values(random() % 6);
        for (auto& value : values) {
            if (random() % 5 == 0) continue;
            value.emplace();
            for (auto n = random() % 6; n > 0; --n) {
                value->append(pieces[random() % std::size(pieces)]);
            }
        }
        auto const literal = write(values);
        BOOST_TEST_REQUIRE((parse_array(literal) == values), literal);
    }
}

BOOST_AUTO_TEST_CASE(damaged_literals_never_do_harm) {
    std::mt19937 random(7);
    std::string const whole = R"({"a\"b",NULL,"{c}",d e,"\\"})";
    for (int round = 0; round < 20000; ++round) {
        auto damaged = whole;
        for (auto n = random() % 3 + 1; n > 0; --n) {
            auto const at = random() % damaged.size();
            if (random() % 2) {
                damaged.erase(at, 1);
            } else {
                damaged[at] = "{}\",\\ Nx"[random() % 8];
            }
        }
        try {
            auto const values = parse_array(damaged);
            BOOST_TEST_REQUIRE((parse_array(write(values)) == values));
        } catch (std::invalid_argument const&) {
            // Refused: as good.
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
