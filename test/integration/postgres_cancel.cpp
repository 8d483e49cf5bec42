// Clients that go away: what they asked for is stopped in the server, and nobody else is harmed.
#include <boost/test/unit_test.hpp>

#include "test/support/integration/pool_fixture.hpp"

#include <boost/asio/error.hpp>

#include <deque>

namespace {

using namespace kinvault;
using test::background;
using test::value_of;

pg::statement const echo{"test.echo", "select $1::text", 1};
pg::statement const nap{"test.nap", "select pg_sleep($1::float8)", 1};
pg::statement const lock{"test.lock", "select v from t where k = 1 for update", 0};

std::string const napping = "query like 'select pg_sleep%' and state = 'active'";

bool is_aborted(boost::system::system_error const& e) {
    return e.code() == asio::error::operation_aborted;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(postgres_cancel, test::pool_fixture)

BOOST_AUTO_TEST_CASE(a_running_statement_is_stopped_and_its_neighbour_answered) {
    options.size = 2; // one shared connection
    options.statement_timeout = std::chrono::seconds(50);
    start();
    auto gone = begin(nap, pg::parameters(100));
    wait_for_backends(napping, 1);
    auto behind = begin(echo, pg::parameters("behind"));
    gone.cancel();
    BOOST_CHECK_EXCEPTION(gone.get(), boost::system::system_error, is_aborted);
    // The neighbour is answered, which it can only be once the nap has been stopped.
    BOOST_TEST(behind.get() == "behind");
    wait_for_backends(napping, 0);
    BOOST_TEST(db->status().shared == 1);
    BOOST_TEST(backends("true") == 1);
}

BOOST_AUTO_TEST_CASE(those_sent_together_with_a_stopped_one_are_answered) {
    options.size = 2;
    options.statement_timeout = std::chrono::seconds(50);
    start();
    pg::statement const read_nap{"test.read_nap", "select pg_sleep($1::float8)::text", 1, true};
    pg::statement const read_echo{"test.read_echo", "select $1::text", 1, true};
    run(read_nap, pg::parameters(0));
    run(read_echo, pg::parameters("known"));
    auto before = begin(read_echo, pg::parameters("before"));
    auto gone = begin(read_nap, pg::parameters(100));
    auto behind = begin(read_echo, pg::parameters("behind"));
    wait_for_backends(napping, 1);
    gone.cancel();
    BOOST_CHECK_EXCEPTION(gone.get(), boost::system::system_error, is_aborted);
    BOOST_TEST(before.get() == "before");
    BOOST_TEST(behind.get() == "behind");
    BOOST_TEST(backends("true") == 1);
}

BOOST_AUTO_TEST_CASE(a_statement_that_waits_is_dropped) {
    options.size = 2;
    options.max_in_flight = 1;
    start();
    auto runs = begin(nap, pg::parameters(0.2));
    wait_for_backends(napping, 1);
    auto waits = begin(nap, pg::parameters(100));
    wait_until([&] { return db->status().waiting == 1; });
    waits.cancel();
    waits.cancel(); // a second time does nothing
    BOOST_CHECK_EXCEPTION(waits.get(), boost::system::system_error, is_aborted);
    BOOST_TEST(db->status().waiting == 0u);
    runs.get();
    BOOST_TEST(run(echo, pg::parameters("next")) == "next");
}

BOOST_AUTO_TEST_CASE(a_cancelled_transaction_lets_go_of_its_locks) {
    options.size = 2;
    options.statement_timeout = std::chrono::seconds(50);
    own.execute("create table t (k int primary key, v int); insert into t values (1, 10)");
    start();
    auto const holds = [](pg::transaction& tx) -> task<void> {
        pg::parameters none;
        co_await value_of(tx, lock, std::move(none));
        pg::parameters seconds(100);
        co_await value_of(tx, nap, std::move(seconds));
    };
    background<void> gone(io, db->transact(holds));
    wait_for_backends(napping, 1);
    gone.cancel();
    BOOST_CHECK_EXCEPTION(gone.get(), boost::system::system_error, is_aborted);
    // The only connection for transactions is clean again, and the row free.
    auto const takes = [](pg::transaction& tx) -> task<std::string> {
        pg::parameters none;
        auto v = co_await value_of(tx, lock, std::move(none));
        co_return v;
    };
    BOOST_TEST(test::run(io, db->transact(takes)) == "10");
    BOOST_TEST(backends("true") == 2);
}

BOOST_AUTO_TEST_CASE(a_transaction_that_waits_for_a_connection_is_dropped) {
    options.size = 2;
    start();
    auto const naps = [](pg::transaction& tx) -> task<void> {
        pg::parameters seconds(0.3);
        co_await value_of(tx, nap, std::move(seconds));
    };
    background<void> first(io, db->transact(naps));
    wait_for_backends(napping, 1);
    background<void> second(io, db->transact(naps));
    background<void> third(io, db->transact(naps));
    wait_until([&] { return db->status().waiting == 2; });
    second.cancel();
    BOOST_CHECK_EXCEPTION(second.get(), boost::system::system_error, is_aborted);
    first.get();
    third.get();
}

// Cancels at all moments, among neighbours that must never notice.
BOOST_AUTO_TEST_CASE(neighbours_never_notice) {
    options.size = 4;
    start();
    for (int round = 0; round < 15; ++round) {
        std::deque<background<std::string>> gone;
        std::deque<background<std::string>> stay;
        for (int i = 0; i < 8; ++i) {
            gone.push_back(begin(nap, pg::parameters(i % 2 ? 0.0 : 0.15 + 0.01 * round)));
            stay.push_back(begin(echo, pg::parameters(std::to_string(i))));
            stay.push_back(begin(nap, pg::parameters(0.001)));
        }
        io.restart();
        io.run_for(std::chrono::milliseconds(round * 3));
        for (auto& one : gone) one.cancel();
        for (int i = 0; i < 8; ++i) {
            auto const at = static_cast<std::size_t>(i) * 2;
            BOOST_TEST(stay[at].get() == std::to_string(i));
            BOOST_TEST(stay[at + 1].get() == "");
        }
    }
    BOOST_TEST(backends("true") == 2);
}

BOOST_AUTO_TEST_SUITE_END()
