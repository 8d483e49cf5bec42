// A database that goes away and comes back: who is told what, and how the pool recovers.
#include <boost/test/unit_test.hpp>

#include "test/support/integration/gate.hpp"
#include "test/support/integration/pool_fixture.hpp"

#include <boost/process/child.hpp>
#include <boost/process/io.hpp>

#include <cstdlib>
#include <filesystem>
#include <optional>

namespace {

namespace process = boost::process;

using namespace kinvault;
using test::background;
using test::value_of;

pg::statement const echo{"test.echo", "select $1::text", 1};
pg::statement const nap{"test.nap", "select pg_sleep($1::float8)", 1};
pg::statement const pid{"test.pid", "select pg_backend_pid()", 0};

struct fixture : test::pool_fixture {
    test::gate door{io, own.url()};

    fixture() {
        options.conninfo = door.url();
        options.acquire_timeout = std::chrono::milliseconds(500);
    }

    /// Whether a statement gets through now.
    bool answers() {
        try {
            return run(echo, pg::parameters("there")) == "there";
        } catch (pg::unavailable const&) {
            return false;
        }
    }
};

/// A PostgreSQL of our own, which may be stopped and started again.
class own_server {
  public:
    own_server() {
        std::string name =
            (std::filesystem::temp_directory_path() / "kinvault-outage-XXXXXX").string();
        if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
        folder_ = name;
        // User postgres has to pass through it.
        std::filesystem::permissions(folder_, std::filesystem::perms(0711));
        start();
    }
    ~own_server() {
        stop();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    own_server(own_server const&) = delete;
    own_server& operator=(own_server const&) = delete;

    void start() {
        script_.emplace(KINVAULT_SOURCE_DIR "/test/support/postgres", (folder_ / "pg").string(),
                        "throwaway", process::std_in<lifeline_, process::std_out> answer_);
        std::getline(answer_, socket_);
        if (socket_.empty()) throw std::runtime_error("PostgreSQL did not start");
    }
    /// A fast shutdown.
    void stop() {
        if (!script_) return;
        lifeline_.pipe().close();
        script_->wait();
        script_.reset();
        lifeline_ = process::opstream();
        answer_ = process::ipstream();
    }
    std::string url() const { return "host='" + socket_ + "' user=postgres dbname=postgres"; }

  private:
    std::filesystem::path folder_;
    process::opstream lifeline_;
    process::ipstream answer_;
    std::optional<process::child> script_;
    std::string socket_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(postgres_outage, fixture)

BOOST_AUTO_TEST_CASE(a_terminated_backend_fails_what_was_in_flight_and_nothing_else) {
    options.size = 2;
    start();
    auto in_flight = begin(nap, pg::parameters(60));
    wait_for_backends("query like 'select pg_sleep%' and state = 'active'", 1);
    own.execute("select pg_terminate_backend(pid) from pg_stat_activity where pid <> "
                "pg_backend_pid() and datname = current_database()");
    BOOST_CHECK_THROW(in_flight.get(), pg::unavailable);
    BOOST_TEST(run(echo, pg::parameters("recovered")) == "recovered");
}

BOOST_AUTO_TEST_CASE(an_idle_connection_that_is_lost_is_replaced_unnoticed) {
    options.size = 2;
    start();
    auto const before = run(pid);
    own.execute("select pg_terminate_backend(" + before + ")");
    wait_for_backends("pid <> " + before, 1);
    BOOST_TEST(run(pid) != before);
}

BOOST_AUTO_TEST_CASE(statements_that_were_never_sent_are_sent_elsewhere) {
    options.size = 2;
    options.max_in_flight = 1;
    options.acquire_timeout = std::chrono::seconds(30);
    start();
    auto in_flight = begin(nap, pg::parameters(60));
    auto waiting = begin(echo, pg::parameters("not lost"));
    wait_for_backends("query like 'select pg_sleep%' and state = 'active'", 1);
    door.close();
    BOOST_CHECK_THROW(in_flight.get(), pg::unavailable);
    door.open();
    BOOST_TEST(waiting.get() == "not lost");
}

BOOST_AUTO_TEST_CASE(an_outage_is_told_soon_and_ends_by_itself) {
    start();
    BOOST_TEST(answers());
    BOOST_TEST(db->ready());
    door.close();
    wait_until([&] { return !db->ready(); });
    BOOST_TEST(!answers()); // waits until the outage is acquire_timeout old
    // From here on nobody waits: a hundred are refused in less than the time of one.
    auto const begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 100; ++i) BOOST_TEST(!answers());
    BOOST_TEST((std::chrono::steady_clock::now() - begun < std::chrono::seconds(40)));
    BOOST_TEST(!db->status().last_error.empty());
    auto const quick = [](pg::transaction& tx) -> task<void> {
        pg::parameters none;
        co_await value_of(tx, pid, std::move(none));
    };
    BOOST_CHECK_THROW(test::run(io, db->transact(quick)), pg::unavailable);
    door.open();
    wait_until([&] { return db->ready(); });
    BOOST_TEST(answers());
    test::run(io, db->transact(quick));
}

BOOST_AUTO_TEST_CASE(a_short_outage_is_waited_out) {
    options.acquire_timeout = std::chrono::seconds(30);
    start();
    BOOST_TEST(answers());
    door.close();
    wait_until([&] { return !db->ready(); });
    auto waits = begin(echo, pg::parameters("waited"));
    wait_until([&] { return !db->status().last_error.empty(); });
    BOOST_TEST(!waits.ended());
    door.open();
    BOOST_TEST(waits.get() == "waited");
}

BOOST_AUTO_TEST_CASE(a_server_that_falls_silent_is_given_up) {
    options.size = 2;
    options.statement_timeout = std::chrono::milliseconds(300);
    options.guard = std::chrono::milliseconds(200);
    options.connect_timeout = std::chrono::milliseconds(300);
    start();
    BOOST_TEST(answers());
    door.silence();
    auto head = begin(echo, pg::parameters("?"));
    auto behind = begin(echo, pg::parameters("?"));
    BOOST_CHECK_THROW(head.get(), pg::statement_timeout);
    BOOST_CHECK_THROW(behind.get(), pg::unavailable);
    // Connecting comes to an end, too.
    wait_until([&] { return !db->status().last_error.empty(); });
    door.close();
    door.open();
    wait_until([&] { return db->ready(); });
    BOOST_TEST(answers());
}

BOOST_AUTO_TEST_CASE(names_are_looked_up_and_every_host_tried) {
    // ::1 of localhost, if it has one, refuses; the first host does not exist.
    options.conninfo = door.url("localhost");
    start();
    BOOST_TEST(answers());
    db.reset();
    options.conninfo = door.url("does-not-exist.invalid,localhost");
    auto const port = options.conninfo.substr(options.conninfo.rfind('=') + 1);
    options.conninfo += "," + port;
    options.acquire_timeout = std::chrono::seconds(30);
    options.connect_timeout = std::chrono::seconds(30);
    start();
    BOOST_TEST(answers());
}

BOOST_AUTO_TEST_CASE(a_database_that_does_not_exist_is_a_clear_reason) {
    options.conninfo = own.url() + " dbname=kv_test_nowhere";
    start();
    BOOST_TEST(!answers());
    BOOST_TEST(db->status().last_error.find("kv_test_nowhere") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(too_many_connections_are_unavailable) {
    own.execute("create role kv_test_limited login connection limit 1");
    options.conninfo = own.url() + " user=kv_test_limited";
    options.size = 2;
    start();
    BOOST_TEST(answers());
    auto const quick = [](pg::transaction& tx) -> task<void> {
        pg::parameters none;
        co_await value_of(tx, pid, std::move(none));
    };
    BOOST_CHECK_THROW(test::run(io, db->transact(quick)), pg::unavailable);
    BOOST_TEST(answers()); // what is there goes on
    own.execute("alter role kv_test_limited connection limit 2");
    test::run(io, db->transact(quick));
    test::run(io, db->stop());
    wait_for_backends("true", 0);
    own.execute("drop role kv_test_limited");
}

BOOST_AUTO_TEST_CASE(the_server_itself_stops_and_starts) {
    own_server server;
    options.conninfo = server.url();
    start();
    BOOST_TEST(answers());
    auto in_flight = begin(nap, pg::parameters(60));
    wait_until([&] { return db->status().in_flight == 1; });
    server.stop();
    BOOST_CHECK_THROW(in_flight.get(), pg::unavailable);
    BOOST_TEST(!answers());
    server.start();
    wait_until([&] { return db->ready(); });
    BOOST_TEST(answers());
}

BOOST_AUTO_TEST_SUITE_END()
