// The memory that uploads share: first come, first served, and nothing is lost.
#include "blob_support.hpp"

#include "storage/blob/memory_budget.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

using namespace kinvault;
using namespace kinvault::blob;

namespace {

struct fixture {
    /// Takes `bytes`, notes `name`, and keeps them until told.
    task<> taker(char name, std::size_t bytes) {
        auto lease = co_await budget.acquire(bytes);
        order += name;
        held.push_back(std::move(lease));
    }
    void start(char name, std::size_t bytes) {
        asio::co_spawn(loop, taker(name, bytes), asio::detached);
        poll();
    }
    void poll() {
        loop.restart();
        loop.poll();
    }
    void give_back(std::size_t index) {
        held.at(index) = {};
        poll();
    }

    asio::io_context loop;
    memory_budget budget{10};
    std::vector<memory_budget::lease> held;
    std::string order;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(blob_memory_budget, fixture)

BOOST_AUTO_TEST_CASE(who_does_not_wait_takes_what_is_there_and_nobody_s_turn) {
    auto one = budget.try_acquire(4);
    BOOST_TEST(one.has_value());
    BOOST_TEST(!budget.try_acquire(7).has_value());
    start('a', 8);
    BOOST_TEST(!budget.try_acquire(1).has_value());
    one.reset();
    poll();
    BOOST_TEST(order == "a");
    auto const two = budget.try_acquire(2);
    BOOST_TEST(two.has_value());
    BOOST_TEST(budget.left() == 0u);
}

BOOST_AUTO_TEST_CASE(first_come_first_served) {
    start('a', 4);
    start('b', 4);
    start('c', 4);
    // Would fit, but is not the first in line.
    start('d', 1);
    BOOST_TEST(order == "ab");
    BOOST_TEST(budget.left() == 2u);
    BOOST_TEST(budget.waiting() == 2u);
    give_back(0);
    BOOST_TEST(order == "abcd");
    BOOST_TEST(budget.left() == 1u);
    held.clear();
    BOOST_TEST(budget.left() == 10u);
}

BOOST_AUTO_TEST_CASE(more_than_there_is_means_everything) {
    start('a', 1);
    start('b', 100);
    BOOST_TEST(order == "a");
    give_back(0);
    BOOST_TEST(order == "ab");
    BOOST_TEST(budget.left() == 0u);
    give_back(1);
    BOOST_TEST(budget.left() == 10u);
}

BOOST_AUTO_TEST_CASE(who_is_cancelled_leaves_the_line) {
    start('a', 8);
    asio::cancellation_signal stop;
    asio::co_spawn(loop, taker('b', 8), asio::bind_cancellation_slot(stop.slot(), asio::detached));
    poll();
    start('c', 2);
    BOOST_TEST(order == "a");
    stop.emit(asio::cancellation_type::terminal);
    poll();
    BOOST_TEST(order == "ac");
    held.clear();
    BOOST_TEST(budget.left() == 10u);
    BOOST_TEST(budget.waiting() == 0u);
}

BOOST_AUTO_TEST_CASE(who_is_served_and_ends_before_it_runs_gives_it_back) {
    auto mine = std::make_unique<asio::io_context>();
    start('a', 8);
    asio::co_spawn(*mine, taker('b', 8), asio::detached);
    mine->poll();
    held.at(0) = {};
    BOOST_TEST(budget.left() == 2u);
    mine.reset();
    BOOST_TEST(order == "a");
    BOOST_TEST(budget.left() == 10u);
}

BOOST_AUTO_TEST_CASE(a_loop_that_ends_frees_who_waits) {
    auto mine = std::make_unique<asio::io_context>();
    start('a', 10);
    asio::co_spawn(*mine, taker('b', 8), asio::detached);
    mine->poll();
    BOOST_TEST(budget.waiting() == 1u);
    mine.reset();
    BOOST_TEST(budget.waiting() == 0u);
    held.clear();
    BOOST_TEST(budget.left() == 10u);
}

BOOST_AUTO_TEST_SUITE_END()
