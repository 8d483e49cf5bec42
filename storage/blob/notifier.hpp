// Lets coroutines of the one event loop wait until others have changed something. Used by the blob
// stores' writers and budgets.
//
//     while (!condition) co_await changed.wait();     // with braces and a line of its own
#pragma once

#include "storage/async.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <optional>

namespace kinvault::blob {

class notifier {
  public:
    /// Ends at the next notify(), or earlier: look at the condition again. Throws when the
    /// coroutine is cancelled.
    task<void> wait() {
        auto const loop = co_await asio::this_coro::executor;
        if (!timer_) timer_.emplace(loop, asio::steady_timer::time_point::max());
        constexpr auto as_result = asio::as_tuple(use_task);
        co_await timer_->async_wait(as_result);
        auto const state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error(asio::error::operation_aborted);
    }

    /// Wakes all who wait; they run later, not within this call.
    void notify() {
        if (timer_) timer_->cancel();
    }

  private:
    std::optional<asio::steady_timer::rebind_executor<executor>::other> timer_;
};

} // namespace kinvault::blob
