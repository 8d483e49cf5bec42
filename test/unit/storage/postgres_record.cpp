#include "storage/postgres/record.hpp"

#include <boost/test/unit_test.hpp>

using namespace kinvault::pg;

namespace {

struct entry : record {
    std::string name;
    std::optional<std::string> note;
    std::optional<std::int64_t> size;
};
BOOST_DESCRIBE_STRUCT(entry, (), (name, note, size))

std::vector<entry> read(std::string_view packed) {
    std::vector<entry> entries;
    from_column(packed, entries);
    return entries;
}

} // namespace

BOOST_AUTO_TEST_SUITE(postgres_record)

BOOST_AUTO_TEST_CASE(packed_fields_fill_described_structs) {
    auto const entries = read("1:a:~5;6:b;~1:c0:~;");
    BOOST_REQUIRE(entries.size() == 2u);
    BOOST_TEST(entries[0].name == "a");
    BOOST_TEST(!entries[0].note);
    BOOST_TEST(*entries[0].size == 5);
    BOOST_TEST(entries[1].name == "b;~1:c");
    BOOST_TEST(*entries[1].note == "");
    BOOST_TEST(!entries[1].size);
    BOOST_TEST(read("").empty());
}

BOOST_AUTO_TEST_CASE(what_is_not_packed_is_refused) {
    for (auto const* bad : {"a", "1", "1:", "2:a", "-1:a:~1;", "1:a", "1:a:", "1:a:~1", "1:a:~x;",
                            "::~1;", "99999999999999999999:a:~1;", "1:a:~1;1:b"}) {
        BOOST_TEST_CONTEXT(bad) {
            BOOST_CHECK_THROW(read(bad), std::invalid_argument);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
