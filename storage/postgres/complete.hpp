// Resuming suspended coroutines, and hearing of their cancellation. Used by pool_*.cpp only.
#pragma once

#include "storage/postgres/pool_core.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/post.hpp>

#include <memory>
#include <utility>

namespace kinvault::pg {

/// Resumes the coroutine in a later turn of the event loop: never in the midst of our own state.
template <class T>
void complete(executor const& on, awaiting<T> awaiter, std::exception_ptr error, T value) {
    asio::post(
        on, [awaiter = std::move(awaiter), error = std::move(error),
             value = std::move(value)]() mutable { awaiter(std::move(error), std::move(value)); });
}

template <class T>
void forget_cancellation(awaiting<T> const& awaiter) {
    asio::get_associated_cancellation_slot(awaiter).clear();
}

/// Sits in the cancellation slot of a coroutine while its `Waiter` is with the pool.
template <class Waiter>
struct pool_core::on_cancel {
    std::weak_ptr<pool_core> core;
    Waiter* waiter;

    void operator()(asio::cancellation_type type) {
        if (type == asio::cancellation_type::none) return;
        // Once only: the waiter may be gone when the signal is given a second time.
        auto* const cancelled = std::exchange(waiter, nullptr);
        if (!cancelled) return;
        if (auto const alive = core.lock()) alive->cancel(*cancelled);
    }
};

} // namespace kinvault::pg
