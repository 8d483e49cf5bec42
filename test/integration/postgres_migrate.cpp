// Migrations on fresh, known, foreign and tampered databases; every statement against the result.
#include <boost/test/unit_test.hpp>

#include "sql/statements.hpp"
#include "storage/postgres/errors.hpp"
#include "storage/postgres/handles.hpp"
#include "storage/postgres/migrate.hpp"
#include "test/support/integration/background.hpp"
#include "test/support/integration/database.hpp"

#include <vector>

namespace {

using namespace kinvault;
using test::background;

std::vector<pg::migration> const two{
    {1, "first", "create table a (n int); insert into a values (1);"},
    {2, "second", "create table b (n int); -- no semicolon at the end\ninsert into b values (2)"},
};

struct fixture {
    asio::io_context io;
    test::database own;
    pg::migrate_options options;

    fixture() { options.conninfo = own.url(); }

    pg::migration_report migrate(std::vector<pg::migration> const& all) {
        return test::run(io, pg::migrate(options, all));
    }
    void check(std::vector<pg::migration> const& all) {
        test::run(io, pg::check_migrations(options, all));
    }
    std::string count() { return own.execute("select count(*) from schema_migrations"); }
};

auto says(std::string const& part) {
    return [part](std::exception const& e) {
        std::string const text = e.what();
        BOOST_TEST_INFO(text);
        return text.find(part) != std::string::npos && text.find('\n') == std::string::npos;
    };
}

/// As the pool does it, with Parse and Describe messages.
void prepare_all(std::string const& target) {
    pg::connection_handle const on(PQconnectdb(target.c_str()));
    BOOST_TEST_REQUIRE(PQstatus(on.get()) == CONNECTION_OK);
    for (auto const* one : sql::all_statements()) {
        BOOST_TEST_CONTEXT(one->name) {
            pg::result const prepared(
                PQprepare(on.get(), one->name.data(), one->text.data(), 0, nullptr));
            BOOST_TEST(PQresultStatus(prepared.native()) == PGRES_COMMAND_OK,
                       PQresultErrorMessage(prepared.native()));
            pg::result const described(PQdescribePrepared(on.get(), one->name.data()));
            BOOST_TEST(PQnparams(described.native()) == one->parameters);
        }
    }
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(postgres_migrate, fixture)

BOOST_AUTO_TEST_CASE(a_fresh_database_gets_all_of_them_once) {
    BOOST_CHECK_EXCEPTION(check(two), pg::migration_error, says("run kinvault migrate"));
    auto const first = migrate(two);
    BOOST_TEST(first.applied == (std::vector<std::string>{"0001_first", "0002_second"}));
    BOOST_TEST(first.total == 2);
    check(two);
    auto const again = migrate(two);
    BOOST_TEST(again.applied.empty());
    BOOST_TEST(own.execute("select count(*) from a") == "1");
    BOOST_TEST(count() == "2");
}

BOOST_AUTO_TEST_CASE(what_is_new_is_added) {
    migrate({two[0]});
    BOOST_CHECK_EXCEPTION(check(two), pg::migration_error, says("0002_second is not applied"));
    BOOST_TEST(migrate(two).applied == std::vector<std::string>{"0002_second"});
}

BOOST_AUTO_TEST_CASE(of_two_that_begin_at_once_one_does_it) {
    std::vector<pg::migration> slow = two;
    slow[0].text = "select pg_sleep(0.3); create table a (n int)";
    background<pg::migration_report> one(io, pg::migrate(options, slow));
    background<pg::migration_report> other(io, pg::migrate(options, slow));
    auto const together = one.get().applied.size() + other.get().applied.size();
    BOOST_TEST(together == 2u);
    BOOST_TEST(count() == "2");
}

BOOST_AUTO_TEST_CASE(a_changed_one_is_refused) {
    migrate(two);
    auto changed = two;
    changed[0].text = "create table a (n bigint)";
    BOOST_CHECK_EXCEPTION(migrate(changed), pg::migration_error,
                          says("0001_first has been changed"));
    BOOST_CHECK_EXCEPTION(check(changed), pg::migration_error, says("0001_first has been changed"));
}

BOOST_AUTO_TEST_CASE(an_unknown_one_is_refused) {
    migrate(two);
    BOOST_CHECK_EXCEPTION(migrate({two[0]}), pg::migration_error, says("0002_second, which this"));
    auto other = two;
    other[1].name = "another";
    BOOST_CHECK_EXCEPTION(check(other), pg::migration_error, says("it has 0002_another"));
}

BOOST_AUTO_TEST_CASE(one_that_fails_leaves_nothing_of_itself) {
    auto broken = two;
    broken[1].text = "create table b (n int); insert into nowhere values (1)";
    BOOST_CHECK_EXCEPTION(migrate(broken), pg::database_error, says("0002_second"));
    BOOST_TEST(count() == "1");
    BOOST_TEST(own.execute("select to_regclass('b') is null") == "t");
    BOOST_TEST(migrate(two).applied == std::vector<std::string>{"0002_second"});
}

BOOST_AUTO_TEST_CASE(one_that_commits_by_itself_is_refused) {
    auto broken = two;
    broken[1].text = "commit; create table b (n int)";
    BOOST_CHECK_EXCEPTION(migrate(broken), pg::migration_error, says("ends the transaction"));
    BOOST_TEST(count() == "1");
}

BOOST_AUTO_TEST_CASE(a_database_of_somebody_else_is_refused) {
    own.execute("create table theirs (n int)");
    BOOST_CHECK_EXCEPTION(migrate(two), pg::migration_error,
                          says("the database is not empty and not a kinvault database"));
    BOOST_TEST(own.execute("select to_regclass('schema_migrations') is null") == "t");
}

BOOST_AUTO_TEST_CASE(a_known_foreign_database_is_adopted) {
    own.execute("create table a (n int)");
    options.adopt = [](pg::direct_connection& on) -> task<int> {
        auto const answer = co_await on.execute("select count(*) from a", "look");
        co_return answer.rows();
    };
    auto const report = migrate(two);
    BOOST_TEST(report.adopted == std::vector<std::string>{"0001_first"});
    BOOST_TEST(report.applied == std::vector<std::string>{"0002_second"});
    options.adopt = nullptr;
    check(two);
}

BOOST_AUTO_TEST_CASE(an_unknown_foreign_database_is_left_alone) {
    own.execute("create table theirs (n int)");
    options.adopt = [](pg::direct_connection&) -> task<int> {
        throw pg::migration_error("not one of ours");
        co_return 0;
    };
    BOOST_CHECK_EXCEPTION(migrate(two), pg::migration_error, says("not one of ours"));
    BOOST_TEST(own.execute("select to_regclass('schema_migrations') is null") == "t");
}

BOOST_AUTO_TEST_CASE(every_statement_prepares_against_the_real_schema) {
    auto const all = sql::migrations();
    auto const report = test::run(io, pg::migrate(options, all));
    BOOST_TEST(report.applied.size() == all.size());
    test::run(io, pg::check_migrations(options, all));
    BOOST_TEST(!sql::all_statements().empty());
    prepare_all(own.url());
}

BOOST_AUTO_TEST_SUITE_END()
