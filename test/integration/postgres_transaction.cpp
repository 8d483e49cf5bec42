// Transactions: commit, rollback, and the whole of it again where the server asks for that.
#include <boost/test/unit_test.hpp>

#include "test/support/integration/pool_fixture.hpp"

#include <boost/asio/steady_timer.hpp>

namespace {

using namespace kinvault;
using test::background;
using test::value_of;

pg::statement const insert{"test.insert", "insert into t values ($1::int, $2::int)", 2};
pg::statement const read{"test.read", "select v from t where k = $1::int", 1};
pg::statement const add{"test.add", "update t set v = v + $2::int where k = $1::int returning v",
                        2};
pg::statement const fail{"test.fail", "select 1 / 0", 0};
pg::statement const level{"test.level", "show transaction_isolation", 0};
pg::statement const pid{"test.pid", "select pg_backend_pid()", 0};
pg::statement const nap{"test.nap", "select pg_sleep($1::float8)", 1};
pg::statement const everything{"test.everything", "select * from t", 0};

struct own_error : std::runtime_error {
    own_error() : std::runtime_error("the body's own") {}
};

task<std::string> run_on(pg::session& on, pg::statement const& what, int first, int second) {
    pg::parameters values(first, second);
    auto text = co_await value_of(on, what, std::move(values));
    co_return text;
}

task<std::string> read_on(pg::session& on, int key) {
    pg::parameters values(key);
    auto text = co_await value_of(on, read, std::move(values));
    co_return text;
}

task<std::string> plain(pg::session& on, pg::statement const& what) {
    pg::parameters none;
    auto text = co_await value_of(on, what, std::move(none));
    co_return text;
}

/// Lets two coroutines wait for each other.
struct rendezvous {
    explicit rendezvous(asio::io_context& io) : timer(io.get_executor()) {
        timer.expires_at(std::chrono::steady_clock::time_point::max());
    }
    asio::basic_waitable_timer<std::chrono::steady_clock,
                               asio::wait_traits<std::chrono::steady_clock>, executor>
        timer;
    int arrived = 0;

    task<void> arrive() {
        if (++arrived >= 2) {
            timer.cancel();
            co_return;
        }
        try {
            co_await timer.async_wait(use_task);
        } catch (boost::system::system_error const&) {
            // The other one is here.
        }
    }
};

struct fixture : test::pool_fixture {
    fixture() {
        own.execute("create table t (k int primary key, v int); insert into t values (1, 10), "
                    "(2, 20)");
    }

    template <class Body>
    auto transact(Body body, pg::isolation with = pg::isolation::server_default) {
        return test::run(io, db->transact(std::move(body), with));
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(postgres_transaction, fixture)

BOOST_AUTO_TEST_CASE(a_body_that_returns_is_committed) {
    start();
    auto const body = [](pg::transaction& tx) -> task<std::string> {
        co_await run_on(tx, insert, 3, 30);
        auto v = co_await run_on(tx, add, 3, 1);
        co_return v;
    };
    BOOST_TEST(transact(body) == "31");
    BOOST_TEST(own.execute("select v from t where k = 3") == "31");
    auto const nothing = [](pg::transaction&) -> task<void> { co_return; };
    transact(nothing);
}

BOOST_AUTO_TEST_CASE(a_body_that_throws_is_rolled_back_and_its_connection_used_again) {
    options.size = 2; // one connection for transactions
    start();
    std::string first;
    auto const throws = [&](pg::transaction& tx) -> task<void> {
        first = co_await plain(tx, pid);
        co_await run_on(tx, insert, 3, 30);
        throw own_error();
    };
    BOOST_CHECK_THROW(transact(throws), own_error);
    BOOST_TEST(own.execute("select count(*) from t") == "2");
    auto const ask = [](pg::transaction& tx) -> task<std::string> {
        auto p = co_await plain(tx, pid);
        co_return p;
    };
    BOOST_TEST(transact(ask) == first);
    BOOST_TEST(backends("state like 'idle in transaction%'") == 0);
}

BOOST_AUTO_TEST_CASE(a_failed_statement_fails_the_transaction) {
    options.size = 2;
    start();
    auto const fails = [](pg::transaction& tx) -> task<void> {
        co_await run_on(tx, insert, 3, 30);
        co_await plain(tx, fail);
    };
    BOOST_CHECK_EXCEPTION(transact(fails), pg::database_error,
                          [](auto const& e) { return e.sqlstate() == "22012"; });
    // Also when it is the very first statement, sent together with BEGIN.
    auto const fails_first = [](pg::transaction& tx) -> task<void> { co_await plain(tx, fail); };
    BOOST_CHECK_EXCEPTION(transact(fails_first), pg::database_error,
                          [](auto const& e) { return e.sqlstate() == "22012"; });
    auto const swallows = [](pg::transaction& tx) -> task<void> {
        co_await run_on(tx, insert, 3, 30);
        try {
            co_await plain(tx, fail);
        } catch (pg::database_error const&) {
            // As if nothing had happened: the commit must not look like one.
        }
    };
    BOOST_CHECK_EXCEPTION(transact(swallows), pg::database_error,
                          [](auto const& e) { return e.sqlstate() == "25P02"; });
    BOOST_TEST(own.execute("select count(*) from t") == "2");
    BOOST_TEST(backends("state like 'idle in transaction%'") == 0);
}

BOOST_AUTO_TEST_CASE(the_isolation_level_is_the_one_asked_for) {
    start();
    auto const ask = [](pg::transaction& tx) -> task<std::string> {
        auto l = co_await plain(tx, level);
        co_return l;
    };
    BOOST_TEST(transact(ask) == "read committed");
    BOOST_TEST(transact(ask, pg::isolation::read_committed) == "read committed");
    BOOST_TEST(transact(ask, pg::isolation::repeatable_read) == "repeatable read");
    BOOST_TEST(transact(ask, pg::isolation::serializable) == "serializable");
}

BOOST_AUTO_TEST_CASE(a_serialization_failure_is_tried_again) {
    start();
    int tries = 0;
    auto const body = [&](pg::transaction& tx) -> task<std::string> {
        ++tries;
        co_await read_on(tx, 1);
        // Somebody else is faster, the first time.
        if (tries == 1) {
            co_await run_on(*db, add, 1, 100);
        }
        auto v = co_await run_on(tx, add, 1, 1);
        co_return v;
    };
    BOOST_TEST(transact(body, pg::isolation::repeatable_read) == "111");
    BOOST_TEST(tries == 2);
}

BOOST_AUTO_TEST_CASE(three_tries_are_all) {
    start();
    int tries = 0;
    auto const body = [&](pg::transaction& tx) -> task<std::string> {
        ++tries;
        co_await read_on(tx, 1);
        co_await run_on(*db, add, 1, 100);
        auto v = co_await run_on(tx, add, 1, 1);
        co_return v;
    };
    BOOST_CHECK_EXCEPTION(transact(body, pg::isolation::repeatable_read), pg::database_error,
                          [](auto const& e) { return e.sqlstate() == "40001"; });
    BOOST_TEST(tries == 3);
}

BOOST_AUTO_TEST_CASE(other_errors_are_not_tried_again) {
    start();
    int tries = 0;
    auto const body = [&](pg::transaction& tx) -> task<void> {
        ++tries;
        co_await run_on(tx, insert, 1, 1);
    };
    BOOST_CHECK_EXCEPTION(transact(body), pg::database_error,
                          [](auto const& e) { return e.sqlstate() == "23505"; });
    BOOST_TEST(tries == 1);
}

BOOST_AUTO_TEST_CASE(the_victim_of_a_deadlock_is_tried_again) {
    start();
    rendezvous both(io);
    int tries = 0;
    auto const make = [&](int first, int second) {
        return [&, first, second](pg::transaction& tx) -> task<void> {
            ++tries;
            co_await run_on(tx, add, first, 1);
            co_await both.arrive();
            co_await run_on(tx, add, second, 1);
        };
    };
    background<void> one(io, db->transact(make(1, 2)));
    background<void> other(io, db->transact(make(2, 1)));
    one.get();
    other.get();
    BOOST_TEST(tries == 3);
    BOOST_TEST(own.execute("select string_agg(v::text, ',' order by k) from t") == "12,22");
}

BOOST_AUTO_TEST_CASE(a_stale_plan_in_a_transaction_is_tried_again) {
    options.size = 2;
    start();
    int tries = 0;
    auto const body = [&](pg::transaction& tx) -> task<std::string> {
        ++tries;
        auto v = co_await plain(tx, everything);
        co_return v;
    };
    transact(body);
    own.execute("alter table t add column w int");
    tries = 0;
    BOOST_TEST(transact(body) == "1");
    BOOST_TEST(tries == 2);
}

BOOST_AUTO_TEST_CASE(transactions_wait_for_a_connection_but_not_for_ever) {
    options.size = 2;
    options.acquire_timeout = std::chrono::milliseconds(300);
    start();
    rendezvous until(io);
    auto const holds = [&](pg::transaction& tx) -> task<void> {
        co_await plain(tx, pid);
        co_await until.arrive();
    };
    auto const quick = [](pg::transaction& tx) -> task<void> { co_await plain(tx, pid); };
    background<void> holder(io, db->transact(holds));
    wait_until([&] { return until.arrived == 1; });
    BOOST_CHECK_THROW(transact(quick), pg::unavailable);
    background<void> waits(io, db->transact(quick));
    wait_until([&] { return db->status().waiting == 1; });
    test::run(io, until.arrive());
    holder.get();
    waits.get();
}

BOOST_AUTO_TEST_CASE(many_transactions_share_few_connections) {
    options.size = 4;
    start();
    std::vector<background<std::string>> running;
    auto const body = [](pg::transaction& tx) -> task<std::string> {
        auto v = co_await run_on(tx, add, 1, 1);
        co_return v;
    };
    for (int i = 0; i < 100; ++i) running.emplace_back(io, db->transact(body));
    for (auto& one : running) one.get();
    BOOST_TEST(own.execute("select v from t where k = 1") == "110");
    BOOST_TEST(backends("true") == 4);
    BOOST_TEST(db->status().lent == 0);
}

BOOST_AUTO_TEST_CASE(a_transaction_whose_connection_is_lost_is_unavailable) {
    options.size = 2;
    start();
    auto const body = [&](pg::transaction& tx) -> task<void> {
        auto const p = co_await plain(tx, pid);
        own.execute("select pg_terminate_backend(" + p + ")");
        co_await plain(tx, pid);
    };
    BOOST_CHECK_THROW(transact(body), pg::unavailable);
    auto const quick = [](pg::transaction& tx) -> task<void> { co_await plain(tx, pid); };
    transact(quick);
}

BOOST_AUTO_TEST_CASE(an_unused_connection_is_closed_in_time) {
    options.size = 4;
    options.idle_timeout = std::chrono::milliseconds(200);
    start();
    auto const quick = [](pg::transaction& tx) -> task<void> { co_await plain(tx, pid); };
    transact(quick);
    wait_until([&] { return db->status().exclusive == 0; });
    transact(quick);
}

BOOST_AUTO_TEST_SUITE_END()
