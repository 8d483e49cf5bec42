// The pool's connections for transactions: lent, given back, rolled back, lent again.
#include "storage/postgres/complete.hpp"
#include "storage/postgres/pool_core.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace kinvault::pg {

namespace {

statement const rollback{"", "rollback", 0};
/// A rollback can only fail when a late cancel hits it; more than twice means something else.
constexpr int most_rollbacks = 3;

std::exception_ptr away(char const* reason) {
    return std::make_exception_ptr(unavailable(reason));
}

} // namespace

void pool_core::acquire(awaiting<lease> awaiter) {
    if (!started_) start();
    auto const is_idle = [](auto const& one) { return one->state == connection::use::idle; };
    auto const idle = std::find_if(exclusive_.begin(), exclusive_.end(), is_idle);
    if (idle != exclusive_.end()) return lend(*idle, std::move(awaiter));

    auto const refuse = [&](std::exception_ptr why) {
        complete<lease>(on_, std::move(awaiter), std::move(why), lease());
    };
    if (stopped_) return refuse(away("the database pool is closed"));
    if (acquirers_.size() >= static_cast<std::size_t>(options_.max_waiting)) {
        return refuse(away("too many transactions wait for the database"));
    }
    auto const deadline = patience();
    if (deadline <= std::chrono::steady_clock::now()) {
        return refuse(not_in_time());
    }
    auto& waiter = acquirers_.emplace_back(acquirer{std::move(awaiter), deadline});
    auto slot = asio::get_associated_cancellation_slot(waiter.awaiter);
    if (slot.is_connected()) slot.assign(on_cancel<acquirer>{weak_from_this(), &waiter});
    maintain();
}

void pool_core::lend(std::shared_ptr<connection> idle, awaiting<lease> awaiter) {
    idle->state = connection::use::lent;
    lease own(shared_from_this(), std::move(idle));
    complete<lease>(on_, std::move(awaiter), nullptr, std::move(own));
}

void pool_core::lend_idle() {
    for (auto const& one : exclusive_) {
        if (acquirers_.empty()) return;
        if (one->state != connection::use::idle) continue;
        auto awaiter = std::move(acquirers_.front().awaiter);
        acquirers_.pop_front();
        forget_cancellation<lease>(awaiter);
        lend(one, std::move(awaiter));
    }
}

void pool_core::cancel(acquirer& who) {
    auto awaiter = std::move(who.awaiter);
    acquirers_.remove_if([&who](acquirer const& one) { return &one == &who; });
    auto const aborted = std::make_exception_ptr(
        boost::system::system_error(asio::error::make_error_code(asio::error::operation_aborted)));
    complete<lease>(on_, std::move(awaiter), aborted, lease());
}

void pool_core::release(std::shared_ptr<connection> own) noexcept {
    if (own->closed()) return; // lost() has taken it out already
    own->state = connection::use::cleaning;
    own->rollbacks = 0;
    try {
        clean_up(*own);
    } catch (std::exception const& e) {
        own->close();
        remove(*own);
        spdlog::error("database connection dropped: {}", e.what());
    }
}

void pool_core::clean_up(connection& own) {
    if (own.clean()) {
        own.state = connection::use::idle;
        own.idle_since = std::chrono::steady_clock::now();
        return lend_idle();
    }
    // What still runs was abandoned and is being cancelled; a cancel on its way might hit the
    // rollback. Both come to an end, and then this is called again.
    if (!own.in_flight().empty() || own.in_flight().cancelling()) return;
    if (++own.rollbacks > most_rollbacks) return own.fail("it could not be rolled back");
    roll_back(own);
}

void pool_core::roll_back(connection& own) {
    auto made = std::make_unique<request>();
    made->why = request::purpose::rollback;
    made->what = &rollback;
    own.send(std::move(made));
}

} // namespace kinvault::pg
