// Threads for what would block the event loop: what happens when there are too many jobs.
#include <boost/test/unit_test.hpp>

#include "storage/workers.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <future>

using namespace kinvault;

BOOST_AUTO_TEST_SUITE(worker_threads)

BOOST_AUTO_TEST_CASE(what_is_too_much_is_refused_and_the_rest_done) {
    asio::io_context context;
    workers pool(1, 1);
    std::promise<void> gate;
    auto const opened = gate.get_future().share();
    auto job = [opened] {
        opened.wait();
        return 1;
    };
    auto running = asio::co_spawn(context, pool.run(job), asio::use_future);
    auto waiting = asio::co_spawn(context, pool.run(job), asio::use_future);
    auto refused = asio::co_spawn(context, pool.run(job), asio::use_future);
    context.poll();
    BOOST_CHECK_THROW(refused.get(), overloaded);
    gate.set_value();
    context.run();
    BOOST_TEST(running.get() + waiting.get() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
