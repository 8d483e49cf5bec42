// A thread pool for what would block the event loop: password hashing, file input and output, mail.
// Bounded, so that a flood of such work is refused early instead of queued for ever.
#pragma once

#include "storage/async.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace kinvault {

/// Thrown by `workers::run` when the queue is full; the server answers 503 with Retry-After.
class overloaded : public std::runtime_error {
  public:
    overloaded() : std::runtime_error("too much work is queued") {}
};

class workers {
  public:
    /// `threads` run at once; at most `queue` further jobs wait.
    workers(std::size_t threads, std::size_t queue) : pool_(threads), limit_(threads + queue) {}
    /// Waits for the jobs that run; those still queued are dropped.
    ~workers() {
        pool_.stop();
        pool_.join();
    }
    workers(workers const&) = delete;
    workers& operator=(workers const&) = delete;

    /// Runs `function()` on a thread of the pool and gives its result on the event loop; what it
    /// throws is thrown here. Not cancellable: a job that has begun runs to its end.
    template <class F, class R = std::invoke_result_t<F&>>
    task<R> run(F function) {
        if (pending_.fetch_add(1) >= limit_) {
            pending_.fetch_sub(1);
            throw overloaded();
        }
        auto state = std::make_shared<job<F, R>>(std::move(function));
        auto initiation = [this, state](auto handler) {
            auto on_loop = asio::get_associated_executor(handler);
            auto shared = std::make_shared<decltype(handler)>(std::move(handler));
            auto work = asio::require(on_loop, asio::execution::outstanding_work.tracked);
            // The handler travels with the job and back, so that it is only ever destroyed on the
            // loop.
            asio::post(pool_, [this, state, shared = std::move(shared), work]() mutable {
                state->execute();
                pending_.fetch_sub(1);
                asio::post(work, [shared = std::move(shared)] { (*shared)(); });
            });
        };
        co_await asio::async_initiate<decltype(use_task), void()>(std::move(initiation), use_task);
        if (state->error) std::rethrow_exception(state->error);
        if constexpr (!std::is_void_v<R>) co_return std::move(*state->value);
    }

  private:
    template <class F, class R>
    struct job {
        explicit job(F f) : function(std::move(f)) {}
        void execute() noexcept {
            try {
                if constexpr (std::is_void_v<R>) {
                    function();
                } else {
                    value.emplace(function());
                }
            } catch (...) {
                error = std::current_exception();
            }
        }
        F function;
        std::exception_ptr error;
        std::optional<std::conditional_t<std::is_void_v<R>, bool, R>> value;
    };

    asio::thread_pool pool_;
    std::size_t const limit_;
    std::atomic<std::size_t> pending_{0};
};

} // namespace kinvault
