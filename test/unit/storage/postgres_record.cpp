#include "storage/postgres/record.hpp"

#include <boost/test/unit_test.hpp>

using namespace kinvault::pg;

namespace {

struct entry : record {
    std::string name;
    std::optional<std::string> note;
    std::int64_t size = 0;
};
BOOST_DESCRIBE_STRUCT(entry, (), (name, note, size))

using fields = std::vector<std::optional<std::string>>;

} // namespace

BOOST_AUTO_TEST_SUITE(postgres_record)

BOOST_AUTO_TEST_CASE(fields_as_postgresql_prints_them) {
    BOOST_TEST((parse_record("(a,b)") == fields{"a", "b"}));
    BOOST_TEST((parse_record("(,\"\",x)") == fields{std::nullopt, "", "x"}));
    BOOST_TEST((parse_record("(\"a,b\",\"(\",\")\")") == fields{"a,b", "(", ")"}));
    BOOST_TEST((parse_record(R"(("say ""hi""","back\\slash"," x "))") ==
                fields{"say \"hi\"", "back\\slash", " x "}));
    BOOST_TEST((parse_record("()") == fields{std::nullopt}));
}

BOOST_AUTO_TEST_CASE(what_is_no_record_is_refused) {
    for (auto const* bad : {"", "(", "a,b", "(a", "(\"a)", "{a}"}) {
        BOOST_TEST_CONTEXT(bad) {
            BOOST_CHECK_THROW(parse_record(bad), std::invalid_argument);
        }
    }
}

BOOST_AUTO_TEST_CASE(an_array_of_records_fills_described_structs) {
    std::vector<entry> entries;
    from_column(R"x({"(a,,5)","(\"b \"\"c\"\"\",\"x,y\",-1)"})x", entries);
    BOOST_REQUIRE(entries.size() == 2u);
    BOOST_TEST(entries[0].name == "a");
    BOOST_TEST(!entries[0].note);
    BOOST_TEST(entries[0].size == 5);
    BOOST_TEST(entries[1].name == "b \"c\"");
    BOOST_TEST(*entries[1].note == "x,y");
    BOOST_TEST(entries[1].size == -1);
}

BOOST_AUTO_TEST_CASE(a_record_of_another_shape_is_refused) {
    std::vector<entry> entries;
    BOOST_CHECK_THROW(from_column("{\"(a,b)\"}", entries), std::invalid_argument);
    BOOST_CHECK_THROW(from_column("{\"(,b,1)\"}", entries), std::invalid_argument);
    BOOST_CHECK_THROW(from_column("{\"(a,b,x)\"}", entries), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
