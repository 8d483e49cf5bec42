// Single statements on shared connections: their answers, their errors, their limits.
#include <boost/test/unit_test.hpp>

#include "test/support/integration/pool_fixture.hpp"

#include <vector>

namespace {

using namespace kinvault;
using test::background;

pg::statement const echo{"test.echo", "select $1::text", 1};
pg::statement const unnamed{"", "select $1::int + 1", 1};
pg::statement const divide{"test.divide", "select 10 / $1::int", 1};
pg::statement const no_table{"test.no_table", "select * from nowhere", 0};
pg::statement const nap{"test.nap", "select pg_sleep($1::float8)", 1};
pg::statement const pid{"test.pid", "select pg_backend_pid()", 0};
pg::statement const insert{"test.insert", "insert into t values ($1::int, $2)", 2};
pg::statement const all{"test.all", "select * from t", 0};
pg::statement const read_echo{"test.read_echo", "select $1::text", 1, true};
pg::statement const read_divide{"test.read_divide", "select 10 / $1::int", 1, true};

std::string sqlstate_of(background<std::string>& one) {
    try {
        return "none, but " + one.get();
    } catch (pg::database_error const& e) {
        return e.sqlstate();
    }
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(postgres_pool, test::pool_fixture)

BOOST_AUTO_TEST_CASE(values_go_there_and_back) {
    start();
    std::string const text = "'; drop table x; -- \\ \" {} \xf0\x9f\x98\x80 $1";
    BOOST_TEST(run(echo, pg::parameters(text)) == text);
    BOOST_TEST(run(echo, pg::parameters("")) == "");
    BOOST_TEST(run(unnamed, pg::parameters(41)) == "42");
    BOOST_TEST(run({"test.tz", "show timezone", 0}) == "UTC");
    BOOST_TEST(run({"test.app", "show application_name", 0}) == "kinvault");
    BOOST_TEST(run({"test.encoding", "show client_encoding", 0}) == "UTF8");
    BOOST_TEST(run({"test.timeout", "show statement_timeout", 0}) == "10s");
}

BOOST_AUTO_TEST_CASE(a_statement_is_prepared_once_per_connection) {
    options.size = 2;
    start();
    for (int i = 0; i < 5; ++i) run(echo, pg::parameters(std::to_string(i)));
    pg::statement const count{"", "select count(*) from pg_prepared_statements", 0};
    BOOST_TEST(run(count) == "1");
}

BOOST_AUTO_TEST_CASE(errors_in_a_pipeline_stay_apart) {
    options.size = 2; // one shared connection
    start();
    std::vector<background<std::string>> running;
    for (int i = 0; i < 60; ++i) {
        if (i % 3 == 0) {
            running.push_back(begin(divide, pg::parameters(i % 2)));
        } else if (i % 3 == 1) {
            running.push_back(begin(no_table));
        } else {
            running.push_back(begin(echo, pg::parameters(std::to_string(i))));
        }
    }
    for (int i = 0; i < 60; ++i) {
        auto& one = running[static_cast<std::size_t>(i)];
        if (i % 3 == 1) {
            BOOST_TEST(sqlstate_of(one) == "42P01");
        } else if (i % 3 == 2) {
            BOOST_TEST(one.get() == std::to_string(i));
        } else if (i % 2 == 0) {
            BOOST_TEST(sqlstate_of(one) == "22012");
        } else {
            BOOST_TEST(one.get() == "10");
        }
    }
    BOOST_TEST(backends("true") == 1);
}

BOOST_AUTO_TEST_CASE(reads_that_are_sent_together_fail_each_for_itself) {
    options.size = 2;
    start();
    own.execute("create table t (n int, s text)");
    run(read_echo, pg::parameters("known"));
    run(read_divide, pg::parameters(1));
    std::vector<background<std::string>> running;
    for (int i = 0; i < 120; ++i) {
        if (i % 5 == 3) {
            running.push_back(begin(insert, pg::parameters(i, "between")));
        } else if (i % 5 == 1) {
            running.push_back(begin(read_divide, pg::parameters(i % 2)));
        } else {
            running.push_back(begin(read_echo, pg::parameters(std::to_string(i))));
        }
    }
    for (int i = 0; i < 120; ++i) {
        auto& one = running[static_cast<std::size_t>(i)];
        if (i % 5 == 3) {
            one.get();
        } else if (i % 5 != 1) {
            BOOST_TEST(one.get() == std::to_string(i));
        } else if (i % 2 == 0) {
            BOOST_TEST(sqlstate_of(one) == "22012");
        } else {
            BOOST_TEST(one.get() == "10");
        }
    }
    BOOST_TEST(run({"", "select count(*) from t", 0}) == "24");
    BOOST_TEST(db->status().in_flight == 0u);
    BOOST_TEST(backends("true") == 1);
}

BOOST_AUTO_TEST_CASE(reads_are_sent_together_and_the_server_answers_once) {
    options.size = 2;
    start();
    pg::statement const moment{"test.moment", "select now()", 0, true};
    run(moment);
    // What shares a sync is one transaction to the server, and has one time.
    auto first = begin(moment);
    auto second = begin(moment);
    auto const then = first.get();
    BOOST_TEST(second.get() == then);
    BOOST_TEST(run(moment) != then);
}

BOOST_AUTO_TEST_CASE(a_thousand_statements_share_two_connections) {
    options.size = 4;
    start();
    std::vector<background<std::string>> running;
    for (int i = 0; i < 1000; ++i) {
        running.push_back(begin(echo, pg::parameters(std::to_string(i))));
    }
    for (int i = 0; i < 1000; ++i) {
        BOOST_TEST(running[static_cast<std::size_t>(i)].get() == std::to_string(i));
    }
    BOOST_TEST(backends("true") == 2);
    BOOST_TEST(db->status().in_flight == 0u);
    BOOST_TEST(db->status().waiting == 0u);
}

BOOST_AUTO_TEST_CASE(more_than_the_socket_takes_at_once) {
    options.size = 2;
    start();
    std::string const large(12'000'000, 'x');
    auto first = begin(echo, pg::parameters(large));
    auto second = begin(echo, pg::parameters(large));
    auto third = begin(echo, pg::parameters("small"));
    BOOST_TEST((first.get() == large));
    BOOST_TEST((second.get() == large));
    BOOST_TEST(third.get() == "small");
}

BOOST_AUTO_TEST_CASE(errors_carry_what_the_server_says_of_them_but_no_values) {
    start();
    own.execute("create table t (n int constraint t_once unique, s text)");
    run(insert, pg::parameters(1, "secret"));
    auto again = begin(insert, pg::parameters(1, "secret"));
    try {
        again.get();
        BOOST_FAIL("the second insert went through");
    } catch (pg::database_error const& e) {
        BOOST_TEST(e.sqlstate() == "23505");
        BOOST_TEST(e.constraint() == "t_once");
        BOOST_TEST(e.table() == "t");
        BOOST_TEST(std::string(e.what()).find("test.insert") != std::string::npos);
        BOOST_TEST(std::string(e.what()).find("=(1)") == std::string::npos);
        BOOST_TEST(!e.retryable());
    }
}

BOOST_AUTO_TEST_CASE(a_wrong_number_of_parameters_never_gets_to_the_server) {
    start();
    BOOST_CHECK_THROW(run(echo), std::logic_error);
    BOOST_CHECK_THROW(run(pid, pg::parameters(1)), std::logic_error);
}

BOOST_AUTO_TEST_CASE(bad_utf8_is_an_error_of_its_own_statement) {
    start();
    auto bad = begin(echo, pg::parameters("\xff"));
    auto good = begin(echo, pg::parameters("fine"));
    BOOST_TEST(sqlstate_of(bad) == "22021");
    BOOST_TEST(good.get() == "fine");
}

BOOST_AUTO_TEST_CASE(a_statement_that_takes_too_long_is_stopped_alone) {
    options.size = 2;
    options.statement_timeout = std::chrono::milliseconds(200);
    start();
    auto slow = begin(nap, pg::parameters(60));
    auto behind = begin(echo, pg::parameters("behind"));
    BOOST_CHECK_THROW(slow.get(), pg::statement_timeout);
    BOOST_TEST(behind.get() == "behind");
}

BOOST_AUTO_TEST_CASE(nobody_queues_behind_a_slow_statement_without_need) {
    options.size = 4; // two shared connections
    start();
    wait_until([&] { return db->status().shared == 2 && db->status().in_flight == 0; });
    auto slow = begin(nap, pg::parameters(60));
    io.run_for(std::chrono::milliseconds(400)); // until it counts as slow
    std::vector<background<std::string>> running;
    for (int i = 0; i < 20; ++i) {
        running.push_back(begin(echo, pg::parameters(std::to_string(i))));
    }
    for (auto& one : running) one.get();
    BOOST_TEST(!slow.ended());
}

BOOST_AUTO_TEST_CASE(waiting_for_a_connection_has_an_end) {
    options.size = 2;
    options.max_in_flight = 1;
    options.acquire_timeout = std::chrono::milliseconds(300);
    start();
    wait_until([&] { return db->ready() && db->status().in_flight == 0; });
    auto slow = begin(nap, pg::parameters(60));
    auto waits = begin(echo, pg::parameters("waits"));
    BOOST_CHECK_THROW(waits.get(), pg::unavailable);
    BOOST_TEST(!slow.ended());
}

BOOST_AUTO_TEST_CASE(only_so_many_may_wait) {
    options.size = 2;
    options.max_in_flight = 1;
    options.max_waiting = 2;
    start();
    wait_until([&] { return db->ready() && db->status().in_flight == 0; });
    auto slow = begin(nap, pg::parameters(0.3));
    wait_until([&] { return db->status().in_flight == 1; });
    auto first = begin(echo, pg::parameters("1"));
    auto second = begin(echo, pg::parameters("2"));
    auto third = begin(echo, pg::parameters("3"));
    BOOST_CHECK_THROW(third.get(), pg::unavailable);
    BOOST_TEST(first.get() == "1");
    BOOST_TEST(second.get() == "2");
    slow.get();
}

BOOST_AUTO_TEST_CASE(a_changed_result_type_is_prepared_again) {
    options.size = 2;
    own.execute("create table t (n int, s text); insert into t values (1, 'x')");
    start();
    BOOST_TEST(run(all) == "1");
    own.execute("alter table t alter column n type text using 'one'");
    BOOST_TEST(run(all) == "one");
    own.execute("alter table t alter column n type int using 3");
    // Several in flight at once: all are prepared again, though only the first makes the plan.
    auto first = begin(all);
    auto second = begin(all);
    auto third = begin(all);
    BOOST_TEST(first.get() == "3");
    BOOST_TEST(second.get() == "3");
    BOOST_TEST(third.get() == "3");
}

BOOST_AUTO_TEST_CASE(a_statement_that_somebody_deallocated_is_prepared_again) {
    options.size = 2;
    start();
    BOOST_TEST(run(echo, pg::parameters("a")) == "a");
    run({"", "deallocate all", 0});
    BOOST_TEST(run(echo, pg::parameters("b")) == "b");
}

BOOST_AUTO_TEST_CASE(stopping_answers_everybody_who_waits) {
    options.size = 2;
    options.max_in_flight = 1;
    start();
    auto runs = begin(nap, pg::parameters(60));
    auto waits = begin(nap, pg::parameters(60));
    wait_until([&] { return db->ready(); });
    test::run(io, db->stop());
    BOOST_CHECK_THROW(runs.get(), pg::unavailable);
    BOOST_CHECK_THROW(waits.get(), pg::unavailable);
    BOOST_CHECK_THROW(run(pid), pg::unavailable);
    wait_for_backends("true", 0);
}

BOOST_AUTO_TEST_CASE(a_pool_may_go_without_being_stopped) {
    start();
    auto runs = begin(nap, pg::parameters(60));
    wait_for_backends("query like '%pg_sleep%' and state = 'active'", 1);
    db.reset();
    BOOST_CHECK_THROW(runs.get(), pg::unavailable);
}

BOOST_AUTO_TEST_CASE(an_io_context_may_go_with_everything_on_it) {
    auto other = std::make_unique<asio::io_context>();
    auto pool = std::make_unique<pg::pool>(*other, options);
    background<std::string> runs(*other, test::value_of(*pool, nap, pg::parameters(60)));
    other->run_for(std::chrono::milliseconds(100));
    pool.reset();
    other.reset();
    BOOST_TEST(!runs.ended());
}

BOOST_AUTO_TEST_SUITE_END()
