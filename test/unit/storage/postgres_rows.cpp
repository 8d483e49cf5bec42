// From results to structs. The results are made by hand: no server is needed.
#include <boost/test/unit_test.hpp>

#include "storage/postgres/rows.hpp"

#include <libpq-fe.h>

namespace elsewhere {

enum class colour { red, green };

void from_column(std::string_view text, colour& value) {
    if (text != "red" && text != "green") throw std::invalid_argument("no colour");
    value = text == "red" ? colour::red : colour::green;
}

} // namespace elsewhere

namespace {

using namespace kinvault;
using row_values = std::vector<std::optional<std::string>>;

struct short_text : std::string {
    using std::string::string;
};

struct base {
    std::string id;
    std::optional<std::string> note;
};
BOOST_DESCRIBE_STRUCT(base, (), (id, note))

struct full : base {
    int count = 7;
    std::int64_t size = 0;
    bool open = false;
    std::optional<double> ratio;
    std::vector<std::string> tags;
    std::optional<std::vector<std::optional<std::string>>> values;
    elsewhere::colour paint = elsewhere::colour::red;
    std::optional<elsewhere::colour> second;
    short_text brief;
};
BOOST_DESCRIBE_STRUCT(full, (base), (count, size, open, ratio, tags, values, paint, second, brief))

pg::result make(std::vector<std::string> names, std::vector<row_values> const& rows) {
    auto* const made = PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK);
    std::vector<PGresAttDesc> columns(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) columns[i].name = names[i].data();
    PQsetResultAttrs(made, static_cast<int>(columns.size()), columns.data());
    for (std::size_t r = 0; r < rows.size(); ++r) {
        for (std::size_t c = 0; c < rows[r].size(); ++c) {
            auto value = rows[r][c];
            PQsetvalue(made, static_cast<int>(r), static_cast<int>(c),
                       value ? value->data() : nullptr,
                       value ? static_cast<int>(value->size()) : -1);
        }
    }
    return pg::result(made);
}

std::vector<std::string> const names{"brief", "extra", "id",   "note",   "count", "size",
                                     "open",  "ratio", "tags", "values", "paint", "second"};
row_values const plain{"b", "ignored", "one",         std::nullopt, "42",    "9000000000",
                       "t", "0.5",     "{x,\"y z\"}", "{NULL,a}",   "green", "red"};

auto says(std::string const& part) {
    return [part](std::logic_error const& e) {
        return std::string(e.what()).find(part) != std::string::npos;
    };
}

pg::result changed(std::string const& column, std::optional<std::string> value) {
    auto row = plain;
    auto const at = std::find(names.begin(), names.end(), column) - names.begin();
    row[static_cast<std::size_t>(at)] = std::move(value);
    return make(names, {row});
}

} // namespace

BOOST_AUTO_TEST_SUITE(postgres_rows)

BOOST_AUTO_TEST_CASE(members_take_the_columns_of_their_names) {
    auto const row = pg::read_row<full>(make(names, {plain}), 0);
    BOOST_TEST(row.id == "one");
    BOOST_TEST(!row.note);
    BOOST_TEST(row.count == 42);
    BOOST_TEST(row.size == 9000000000);
    BOOST_TEST(row.open);
    BOOST_TEST(row.ratio.value() == 0.5);
    BOOST_TEST(row.tags == (std::vector<std::string>{"x", "y z"}));
    BOOST_TEST((row.values.value() == row_values{std::nullopt, "a"}));
    BOOST_TEST((row.paint == elsewhere::colour::green));
    BOOST_TEST((row.second == elsewhere::colour::red));
    BOOST_TEST(row.brief == "b");
}

BOOST_AUTO_TEST_CASE(there_may_be_many_rows_or_none) {
    auto second = plain;
    second[2] = "two";
    auto const both = make(names, {plain, second});
    auto const rows = pg::read_rows<full>(both);
    BOOST_TEST_REQUIRE(rows.size() == 2u);
    BOOST_TEST(rows[1].id == "two");
    BOOST_TEST(pg::first_row<full>(both)->id == "one");
    auto const none = make(names, {});
    BOOST_TEST(pg::read_rows<full>(none).empty());
    BOOST_TEST(!pg::first_row<full>(none));
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_named) {
    BOOST_CHECK_EXCEPTION(pg::read_rows<full>(make({"id", "note"}, {})), std::logic_error,
                          says("count"));
    BOOST_CHECK_EXCEPTION(pg::read_row<full>(changed("count", std::nullopt), 0), std::logic_error,
                          says("count: NULL"));
    BOOST_CHECK_EXCEPTION(pg::read_row<full>(changed("tags", "{NULL}"), 0), std::logic_error,
                          says("tags: NULL"));
    for (auto const& [column, text] : {std::pair("count", "3000000000"),
                                       {"count", "1x"},
                                       {"count", ""},
                                       {"size", "1.5"},
                                       {"open", "true"},
                                       {"ratio", "much"},
                                       {"tags", "x"},
                                       {"paint", "blue"}}) {
        BOOST_CHECK_EXCEPTION(pg::read_row<full>(changed(column, text), 0), std::logic_error,
                              says(std::string("column ") + column + ":"));
    }
}

BOOST_AUTO_TEST_CASE(single_values) {
    BOOST_TEST(pg::scalar<int>(make({"n"}, {{"5"}})).value() == 5);
    BOOST_TEST(pg::scalar<std::string>(make({"n"}, {{"x"}, {"y"}})).value() == "x");
    BOOST_TEST(!pg::scalar<int>(make({"n"}, {{std::nullopt}})));
    BOOST_TEST(!pg::scalar<int>(make({"n"}, {})));
    BOOST_TEST(!pg::scalar<int>(pg::result()));
    BOOST_CHECK_EXCEPTION(pg::scalar<int>(make({"n"}, {{"x"}})), std::logic_error, says("n:"));
}

BOOST_AUTO_TEST_CASE(the_result_itself) {
    auto const one = make({"a", "b"}, {{"x", std::nullopt}});
    BOOST_TEST(one.rows() == 1);
    BOOST_TEST(one.columns() == 2);
    BOOST_TEST(one.column("b") == 1);
    BOOST_TEST(one.column("B") == -1);
    BOOST_TEST(one.column_name(0) == "a");
    BOOST_TEST(one.get(0, 0).value() == "x");
    BOOST_TEST(one.is_null(0, 1));
    pg::result const none;
    BOOST_TEST(none.rows() == 0);
    BOOST_TEST(none.affected() == 0);
    BOOST_TEST(none.tag() == "");
}

BOOST_AUTO_TEST_SUITE_END()
