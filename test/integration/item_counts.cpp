// The numbers of items that triggers keep: the same as counting them, whatever happens to items and
// organisations, and a page that reads no more of a large organisation than of a small one.
#include <boost/test/unit_test.hpp>

#include "sql/statements.hpp"
#include "storage/postgres/migrate.hpp"
#include "test/support/integration/database.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <string>

namespace {

using namespace kinvault;
namespace json = boost::json;

/// Rows of the table items that a plan looked at, whether they matched or not.
double rows_read(json::object const& node) {
    double rows = 0;
    if (node.contains("Relation Name") && node.at("Relation Name") == "items") {
        auto const loops = node.at("Actual Loops").to_number<double>();
        rows += loops * node.at("Actual Rows").to_number<double>();
        if (auto const* others = node.if_contains("Rows Removed by Filter")) {
            rows += loops * others->to_number<double>();
        }
    }
    if (auto const* plans = node.if_contains("Plans")) {
        for (auto const& plan : plans->as_array()) rows += rows_read(plan.as_object());
    }
    return rows;
}

struct counted_vault {
    asio::io_context io;
    test::database own;

    counted_vault() {
        pg::migrate_options options;
        options.conninfo = own.url();
        test::run(io, pg::migrate(options, sql::migrations()));
        own.execute(
            "insert into users (id, email, password_hash, full_name) values ('u', 'u', '', 'U');"
            "insert into organizations (id, name, encryption_key_enc, created_by) values ('a', "
            "'A', "
            "'', 'u'), ('b', 'B', '', 'u');"
            "insert into org_memberships (id, org_id, user_id, role) values ('m', 'a', 'u', "
            "'viewer');"
            "insert into sessions (id, user_id, token, expires_at) values ('s', 'u', 'token', "
            "now() + interval '1 day')");
    }

    void add(std::string const& org, std::string const& kind, int first, int count) {
        own.execute("insert into items (id, org_id, created_by, category, subcategory, name, "
                    "created_at) select '" +
                    org + "' || n, '" + org + "', 'u', 'ids', '" + kind +
                    "', 'x', now() - n * interval '1 minute' from generate_series(" +
                    std::to_string(first) + ", " + std::to_string(first + count - 1) + ") n");
    }

    /// What the counts say and counting does not, or the other way round.
    std::string difference() const {
        return own.execute(
            "with kept as (select org_id, category, subcategory, is_archived, sum(items) as items "
            "from item_counts group by 1, 2, 3, 4 having sum(items) <> 0), "
            "real as (select org_id, category, subcategory, is_archived, count(*) as items from "
            "items group by 1, 2, 3, 4), "
            "all_of_both as (select * from kept except select * from real) "
            "select string_agg(d::text, ' ') from (select * from all_of_both union all "
            "(select * from real except select * from kept)) d");
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(item_counts, counted_vault)

BOOST_AUTO_TEST_CASE(the_counts_follow_the_items) {
    add("a", "passport", 0, 50);
    add("a", "visa", 50, 5);
    add("b", "passport", 0, 7);
    BOOST_TEST(difference() == "");
    own.execute("update items set is_archived = true where id in ('a1', 'a2', 'b1')");
    own.execute("update items set is_archived = false, name = 'y' where id in ('a2', 'a3')");
    own.execute("update items set subcategory = 'visa', org_id = 'b' where id = 'a4'");
    BOOST_TEST(difference() == "");
    own.execute("delete from items where id in ('a1', 'a5', 'b2')");
    BOOST_TEST(difference() == "");
    own.execute("delete from organizations where id = 'b'");
    BOOST_TEST(difference() == "");
    BOOST_TEST(own.execute("select count(*) from item_counts where org_id = 'b'") == "0");
    BOOST_TEST(own.execute("select sum(items) from item_counts") == "52");
}

BOOST_AUTO_TEST_CASE(a_statement_that_fails_counts_nothing) {
    add("a", "passport", 0, 3);
    BOOST_CHECK_THROW(add("a", "passport", 2, 3), std::exception);
    BOOST_TEST(difference() == "");
}

BOOST_AUTO_TEST_CASE(a_page_reads_as_much_of_a_large_organisation_as_it_shows) {
    add("a", "passport", 0, 20000);
    own.execute("analyze");
    auto const plan = own.execute("set plan_cache_mode = force_generic_plan; prepare page as " +
                                  std::string(sql::items::page.text) +
                                  "; explain (analyze, format json, timing off) "
                                  "execute page('token', null, null, null, false, 50, 0)");
    BOOST_TEST_INFO(plan);
    BOOST_TEST(rows_read(json::parse(plan).as_array().at(0).at("Plan").as_object()) <= 50);
}

BOOST_AUTO_TEST_SUITE_END()
