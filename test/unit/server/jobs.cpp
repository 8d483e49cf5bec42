#include "server/jobs.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/test/unit_test.hpp>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

using namespace kinvault;
using namespace std::chrono_literals;

namespace {

using timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, executor>;

struct fixture {
    fixture() {
        spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", sink));
        spdlog::set_pattern("%v");
    }
    ~fixture() { spdlog::set_default_logger(before); }

    /// Lets the loop work until nothing is left; a loop that hangs fails the test.
    void run_out() {
        io.restart();
        auto const limit = std::chrono::steady_clock::now() + 1min;
        while (io.run_one_until(limit) > 0) {
        }
        BOOST_REQUIRE(io.stopped());
    }
    void stop(std::chrono::milliseconds grace = 1min) {
        auto done = [this](std::exception_ptr failed) {
            BOOST_TEST(!failed);
            stopped = true;
        };
        asio::co_spawn(io, own.stop(grace), done);
    }
    /// Ends all jobs in the midst of the run that asks for it.
    void stop_after(int wanted) {
        if (++runs == wanted) stop();
    }

    std::ostringstream log;
    std::shared_ptr<spdlog::logger> before = spdlog::default_logger();
    std::shared_ptr<spdlog::sinks::ostream_sink_mt> sink =
        std::make_shared<spdlog::sinks::ostream_sink_mt>(log);
    asio::io_context io;
    jobs own{io, {1ms, 4ms}};
    int runs = 0;
    bool stopped = false;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(background_jobs, fixture)

BOOST_AUTO_TEST_CASE(a_job_runs_at_the_start_and_again_and_again) {
    own.every(1ms, "work", [this]() -> task<void> {
        stop_after(5);
        co_return;
    });
    BOOST_TEST(runs == 0);
    own.start();
    run_out();
    BOOST_TEST(stopped);
    BOOST_TEST(runs == 5);
}

BOOST_AUTO_TEST_CASE(jobs_do_not_wait_for_each_other) {
    int others = 0;
    own.every(1h, "once an hour", [&]() -> task<void> {
        ++others;
        co_return;
    });
    own.every(1ms, "often", [this]() -> task<void> {
        stop_after(3);
        co_return;
    });
    own.start();
    run_out();
    BOOST_TEST(stopped);
    BOOST_TEST(others == 1);
}

BOOST_AUTO_TEST_CASE(a_job_that_fails_is_tried_again_and_logged_once) {
    // The pause of a failure, not the hour, decides when it comes again.
    own.every(1h, "work", [this]() -> task<void> {
        if (runs == 3) {
            stop();
            ++runs;
            co_return;
        }
        ++runs;
        throw std::runtime_error("the database is away");
    });
    own.start();
    run_out();
    BOOST_TEST(runs == 4);
    BOOST_TEST(log.str() == "work failed, it will be tried again: the database is away\n"
                            "work works again\n");
}

BOOST_AUTO_TEST_CASE(stopping_waits_for_the_run_under_way) {
    timer under_way(io, timer::time_point::max());
    bool ended = false;
    own.every(1h, "work", [&]() -> task<void> {
        stop();
        auto release = [&] {
            BOOST_TEST(!stopped);
            under_way.cancel();
        };
        asio::post(io, release);
        auto const token = asio::as_tuple(use_task);
        co_await under_way.async_wait(token);
        ended = true;
    });
    own.start();
    run_out();
    BOOST_TEST(ended);
    BOOST_TEST(stopped);
}

BOOST_AUTO_TEST_CASE(a_run_without_end_is_cancelled_when_its_grace_is_over) {
    timer forever(io, timer::time_point::max());
    bool ended = false;
    own.every(1h, "work", [&]() -> task<void> {
        stop(1ms);
        co_await forever.async_wait(use_task);
        ended = true;
    });
    own.start();
    run_out();
    BOOST_TEST(stopped);
    BOOST_TEST(!ended);
    BOOST_TEST(log.str() == "");
}

BOOST_AUTO_TEST_CASE(stopping_without_jobs_or_before_the_start_ends_at_once) {
    own.every(1h, "work", [this]() -> task<void> {
        ++runs;
        co_return;
    });
    stop();
    run_out();
    BOOST_TEST(stopped);
    BOOST_TEST(runs == 0);
}

BOOST_AUTO_TEST_SUITE_END()
