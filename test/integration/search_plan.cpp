// How PostgreSQL goes about a search in an organisation of 100,000 items among others: what it
// reads is counted from the plan, with the plan that fits all organisations and texts.
#include <boost/test/unit_test.hpp>

#include "sql/statements.hpp"
#include "storage/postgres/migrate.hpp"
#include "test/support/integration/database.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <set>
#include <string>

namespace {

using namespace kinvault;
namespace json = boost::json;

/// Migrations before the one that search came with.
constexpr std::size_t before_search = 2;

/// What a plan reads of the table items.
struct readings {
    std::set<std::string> ways;       ///< "Index Scan items_changed", of what was executed
    double rows = 0;                  ///< looked at, whether they matched or not
    double rows_of_trigram_index = 0; ///< that the trigram index gave
};

double number(json::object const& node, char const* name) {
    auto const* value = node.if_contains(name);
    return value ? value->to_number<double>() : 0;
}

std::string text(json::object const& node, char const* name) {
    auto const* value = node.if_contains(name);
    return value ? std::string(value->as_string().c_str()) : std::string();
}

void add(readings& to, json::object const& node) {
    auto const type = text(node, "Node Type");
    auto const index = text(node, "Index Name");
    bool const of_items = text(node, "Relation Name") == "items";
    double const loops = number(node, "Actual Loops");
    double const given = number(node, "Actual Rows") * loops;
    if (loops > 0 && (of_items || index == "items_search")) to.ways.insert(type + " " + index);
    if (index == "items_search") to.rows_of_trigram_index += given;
    if (of_items) {
        to.rows += given + (number(node, "Rows Removed by Filter") +
                            number(node, "Rows Removed by Index Recheck")) *
                               loops;
    }
    if (auto const* plans = node.if_contains("Plans")) {
        for (auto const& plan : plans->as_array()) add(to, plan.as_object());
    }
}

struct big_vault {
    asio::io_context io;
    test::database own;

    big_vault() {
        migrate(before_search);
        own.execute(
            "insert into users (id, email, password_hash, full_name) values ('u', 'u', '', 'U');"
            "insert into organizations (id, name, encryption_key_enc, created_by) select 'o' || n, "
            "'O', '', 'u' from generate_series(0, 500) n;"
            "insert into org_memberships (id, org_id, user_id, role) values ('m', 'o0', 'u', "
            "'viewer');"
            "insert into sessions (id, user_id, token, expires_at) values ('s', 'u', 'token', "
            "now() + interval '1 day')");
        for (int thousand = 0; thousand < 100; thousand += 10) fill(thousand * 1000, 10000);
        own.execute("insert into items (id, org_id, created_by, category, subcategory, name) "
                    "select 'other' || n, 'o' || (1 + n % 500), 'u', 'ids', 'passport', "
                    "'Passport ' || n from generate_series(1, 5000) n");
        own.execute("insert into item_field_values (id, item_id, field_key, field_value) values "
                    "('n1', 'i99000', 'own', 'a needle'), ('n2', 'i98000', 'passport_number', "
                    "'a needle'), ('n3', 'i97000', 'own', 'a needle');"
                    "update items set encryption_version = 2 where id = 'i97000'");
        migrate(sql::migrations().size());
        own.execute("analyze items");
    }

    void migrate(std::size_t count) {
        pg::migrate_options options;
        options.conninfo = own.url();
        test::run(io, pg::migrate(options, sql::migrations().first(count)));
    }

    /// Items from the newest to the oldest; the oldest half has a word of its own.
    void fill(int from, int count) {
        auto const range = std::to_string(from) + ", " + std::to_string(from + count - 1);
        own.execute("insert into items (id, org_id, created_by, category, subcategory, name, "
                    "updated_at) select 'i' || n, 'o0', 'u', 'ids', 'passport', 'Passport ' || n, "
                    "now() - n * interval '1 minute' from generate_series(" +
                    range +
                    ") n;"
                    "insert into item_field_values (id, item_id, field_key, field_value) select "
                    "'v' || n, 'i' || n, 'country', case when n < 50000 then 'Utopia' else "
                    "'Yonder' end from generate_series(" +
                    range + ") n");
    }

    std::string prepare() const {
        return "set plan_cache_mode = force_generic_plan; prepare find as " +
               std::string(sql::search::find.text) + ";";
    }

    readings explain(std::string const& wanted) {
        auto const plan = own.execute(
            prepare() + "explain (analyze, format json, timing off) execute find('token', null, '" +
            wanted + "')");
        BOOST_TEST_INFO(plan);
        readings found;
        add(found, json::parse(plan).as_array().at(0).at("Plan").as_object());
        BOOST_TEST(!found.ways.contains("Seq Scan "), "a scan of all items for " + wanted);
        return found;
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(search_plan)

BOOST_AUTO_TEST_CASE(a_search_reads_no_more_than_it_must) {
    big_vault vault;

    // In one item: the newest 1000 are looked at (and that there are more), then the index knows.
    auto const rare = vault.explain("Needle");
    BOOST_TEST(rare.ways.contains("Bitmap Index Scan items_search"));
    BOOST_TEST(rare.rows_of_trigram_index == 1);
    BOOST_TEST(rare.rows < 2100);

    // Only in items that have not changed for long.
    auto const old = vault.explain("passport 9876");
    BOOST_TEST(old.ways.contains("Bitmap Index Scan items_search"));
    BOOST_TEST(old.rows < 2100);

    auto const nowhere = vault.explain("nowhere at all");
    BOOST_TEST(nowhere.rows_of_trigram_index == 0);
    BOOST_TEST(nowhere.rows < 2100);

    // In every item, or in every second: among the newest 1000 are more than can be shown.
    for (std::string const common : {"PASSPORT", "utop", "p", "ss"}) {
        auto const found = vault.explain(common);
        BOOST_TEST(found.ways.contains("Index Scan items_changed"));
        BOOST_TEST(!found.ways.contains("Bitmap Index Scan items_search"));
        BOOST_TEST(found.rows < 1200);
    }

    // No trigram: through the organisation in the order of the answer.
    auto const letter = vault.explain("Y");
    BOOST_TEST(letter.ways.contains("Index Scan items_changed"));
    BOOST_TEST(letter.rows_of_trigram_index == 0);
    BOOST_TEST(letter.rows > 50000);
    BOOST_TEST(letter.rows < 53000);
}

BOOST_AUTO_TEST_SUITE_END()
