// Runs many transfers on the one event loop, a few at a time. Used by the commands that go through
// a whole store: `kinvault verify` and `kinvault blobs copy`.
//
//     lanes road(4);
//     … co_await road.start(std::move(work));   // for each
//     co_await road.end();                      // always, also when something else has failed
//     road.rethrow();
#pragma once

#include "storage/async.hpp"
#include "storage/blob/notifier.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <cstddef>
#include <exception>

namespace kinvault::blob {

class lanes {
  public:
    explicit lanes(std::size_t most) : most_(most) {}
    lanes(lanes const&) = delete;
    lanes& operator=(lanes const&) = delete;

    /// Starts `work` as soon as fewer than `most` run; throws what an earlier one has thrown.
    task<void> start(task<void> work) {
        while (running_ >= most_ && !error_) {
            co_await changed_.wait();
        }
        rethrow();
        auto const loop = co_await asio::this_coro::executor;
        ++running_;
        auto ended = [this](std::exception_ptr error) {
            if (error && !error_) error_ = error;
            --running_;
            changed_.notify();
        };
        asio::co_spawn(loop, std::move(work), std::move(ended));
    }

    /// Waits until none runs; does not throw what they have thrown.
    task<void> end() {
        while (running_ > 0) {
            co_await changed_.wait();
        }
    }

    /// What the first one threw that failed.
    void rethrow() const {
        if (error_) std::rethrow_exception(error_);
    }
    bool failed() const noexcept { return error_ != nullptr; }

  private:
    std::size_t const most_;
    std::size_t running_ = 0;
    std::exception_ptr error_;
    notifier changed_;
};

} // namespace kinvault::blob
