// A coroutine that runs beside the test and is asked later what became of it. Used by
// test/integration.
#pragma once

#include "test/support/integration/database.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <memory>

namespace kinvault::test {

template <class T>
class background {
  public:
    background(asio::io_context& io, task<T> what) : io_(&io), state_(std::make_shared<state>()) {
        auto ended = [state = state_](std::exception_ptr error, auto&&... value) {
            state->error = std::move(error);
            if (!state->error) state->value.emplace(std::move(value)...);
            state->ended = true;
        };
        asio::co_spawn(io, std::move(what),
                       asio::bind_cancellation_slot(state_->signal.slot(), std::move(ended)));
    }

    bool ended() const { return state_->ended; }
    /// Asks it to stop, as the server does when a client goes away.
    void cancel() { state_->signal.emit(asio::cancellation_type::terminal); }
    /// Waits for its end; gives what it gave or throws what it threw.
    T get() {
        run_until(*io_, state_->ended);
        if (state_->error) std::rethrow_exception(state_->error);
        if constexpr (!std::is_void_v<T>) return std::move(*state_->value);
    }

  private:
    struct nothing {};
    struct state {
        asio::cancellation_signal signal;
        bool ended = false;
        std::exception_ptr error;
        std::optional<std::conditional_t<std::is_void_v<T>, nothing, T>> value;
    };
    asio::io_context* io_;
    std::shared_ptr<state> state_;
};

} // namespace kinvault::test
