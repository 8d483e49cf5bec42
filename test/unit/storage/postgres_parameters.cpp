// Parameter values in text form.
#include <boost/test/unit_test.hpp>

#include "storage/postgres/errors.hpp"
#include "storage/postgres/parameters.hpp"

#include <cmath>
#include <cstring>
#include <limits>

namespace elsewhere {

struct id : std::string {
    using std::string::string;
};

enum class colour { red };

void add_parameter(kinvault::pg::parameters& list, colour const&) {
    list.add("red");
}

} // namespace elsewhere

namespace {

using kinvault::pg::database_error;
using kinvault::pg::parameters;

std::string text(parameters const& list, int index = 0) {
    return std::string(list.value(index).value_or("(null)"));
}

} // namespace

BOOST_AUTO_TEST_SUITE(postgres_parameters)

BOOST_AUTO_TEST_CASE(values_become_text) {
    BOOST_TEST(text(parameters("x")) == "x");
    BOOST_TEST(text(parameters(std::string("y"))) == "y");
    BOOST_TEST(text(parameters(std::string_view("zz").substr(1))) == "z");
    BOOST_TEST(text(parameters(elsewhere::id("id"))) == "id");
    BOOST_TEST(text(parameters(elsewhere::colour::red)) == "red");
    BOOST_TEST(text(parameters(true)) == "t");
    BOOST_TEST(text(parameters(false)) == "f");
    BOOST_TEST(text(parameters(-5)) == "-5");
    BOOST_TEST(text(parameters(std::uint64_t(18446744073709551615u))) == "18446744073709551615");
    BOOST_TEST(text(parameters(std::numeric_limits<std::int64_t>::min())) ==
               "-9223372036854775808");
    BOOST_TEST(text(parameters(0.1)) == "0.1");
    BOOST_TEST(text(parameters(std::nan(""))) == "NaN");
    BOOST_TEST(text(parameters(-std::numeric_limits<double>::infinity())) == "-Infinity");
}

BOOST_AUTO_TEST_CASE(nothing_is_null) {
    BOOST_TEST(!parameters(std::nullopt).value(0));
    BOOST_TEST(!parameters(static_cast<char const*>(nullptr)).value(0));
    BOOST_TEST(!parameters(std::optional<int>()).value(0));
    BOOST_TEST(text(parameters(std::optional<int>(3))) == "3");
    BOOST_TEST(text(parameters(std::optional<std::string>(""))) == "");
    BOOST_TEST(text(parameters(std::optional(std::vector<int>{1}))) == "{\"1\"}");
}

BOOST_AUTO_TEST_CASE(lists_become_arrays) {
    BOOST_TEST(text(parameters(std::vector<std::string>{"a", "b\"c"})) == R"({"a","b\"c"})");
    BOOST_TEST(text(parameters(std::vector<std::optional<std::string>>{"a", std::nullopt})) ==
               R"({"a",NULL})");
    BOOST_TEST(text(parameters(std::vector<int>{1, -2})) == R"({"1","-2"})");
    BOOST_TEST(text(parameters(std::vector<bool>{true, false})) == R"({"t","f"})");
    BOOST_TEST(text(parameters(std::vector<std::string>{})) == "{}");
}

BOOST_AUTO_TEST_CASE(all_of_them_in_their_order) {
    parameters list("first", 2, std::nullopt);
    list.add("").add(std::string(100000, 'x'));
    BOOST_TEST(list.count() == 5);
    char const* pointers[5];
    list.pointers(pointers);
    BOOST_TEST(std::strcmp(pointers[0], "first") == 0);
    BOOST_TEST(std::strcmp(pointers[1], "2") == 0);
    BOOST_TEST((pointers[2] == nullptr));
    BOOST_TEST(std::strlen(pointers[3]) == 0u);
    BOOST_TEST(std::strlen(pointers[4]) == 100000u);
}

BOOST_AUTO_TEST_CASE(a_nul_byte_is_refused_wherever_it_is) {
    auto const refused = [](database_error const& e) { return e.sqlstate() == "22021"; };
    std::string const bad("a\0b", 3);
    BOOST_CHECK_EXCEPTION(parameters{bad}, database_error, refused);
    BOOST_CHECK_EXCEPTION(parameters{std::optional(bad)}, database_error, refused);
    BOOST_CHECK_EXCEPTION(parameters{std::vector<std::string>{bad}}, database_error, refused);
    BOOST_CHECK_EXCEPTION(parameters{std::vector<std::optional<std::string>>{bad}}, database_error,
                          refused);
}

BOOST_AUTO_TEST_SUITE_END()
