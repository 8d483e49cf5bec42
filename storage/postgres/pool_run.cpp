// The pool's statements: from the queue to a connection and back to the coroutine that waits.
#include "storage/postgres/complete.hpp"
#include "storage/postgres/pool_core.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace kinvault::pg {

namespace {

/// Beyond this a statement that never gets out is itself suspect.
constexpr int most_sendings = 3;

std::exception_ptr away(std::string const& reason) {
    return std::make_exception_ptr(unavailable(reason));
}

} // namespace

std::unique_ptr<request> pool_core::make_request(awaiting<result> awaiter, statement const* what,
                                                 parameters values) {
    auto made = std::make_unique<request>();
    made->what = what;
    made->values = std::move(values);
    made->awaiter.emplace(std::move(awaiter));
    auto slot = asio::get_associated_cancellation_slot(*made->awaiter);
    if (slot.is_connected()) {
        slot.assign(on_cancel<request>{weak_from_this(), made.get()});
    }
    return made;
}

void pool_core::run(awaiting<result> awaiter, statement const* what, parameters values) {
    if (!started_) start();
    dispatch(make_request(std::move(awaiter), what, std::move(values)));
}

void pool_core::run_on(connection& own, awaiting<result> awaiter, statement const* what,
                       parameters values, char const* begin) {
    auto made = make_request(std::move(awaiter), what, std::move(values));
    made->begin = begin;
    made->in_transaction = true;
    if (own.closed()) return finish(*made, away("the transaction's connection was lost"));
    own.send(std::move(made));
}

void pool_core::dispatch(std::unique_ptr<request> what) {
    auto* const to = waiting_.empty() ? fewest_in_flight() : nullptr;
    if (to) {
        to->send(std::move(what));
    } else {
        wait_in_line(std::move(what));
    }
}

connection* pool_core::fewest_in_flight() noexcept {
    connection* best = nullptr;
    connection* last_resort = nullptr;
    auto const most = static_cast<std::size_t>(options_.max_in_flight);
    auto least = most;
    for (auto const& one : shared_) {
        auto const load = one->in_flight().size();
        if (load >= most) continue;
        if (one->is_slow()) {
            last_resort = one.get();
        } else if (load < least) {
            best = one.get();
            least = load;
        }
    }
    return best ? best : last_resort;
}

void pool_core::wait_in_line(std::unique_ptr<request> what) {
    if (stopped_) return finish(*what, away("the database pool is closed"));
    if (waiting_.size() >= static_cast<std::size_t>(options_.max_waiting)) {
        return finish(*what, away("too many statements wait for the database"));
    }
    what->deadline = patience();
    if (what->deadline <= std::chrono::steady_clock::now()) {
        return finish(*what, not_in_time());
    }
    auto& waiter = *what;
    waiter.place = waiting_.insert(waiting_.end(), std::move(what));
}

void pool_core::send_waiting() {
    while (!waiting_.empty()) {
        auto* const to = fewest_in_flight();
        if (!to) return;
        auto next = std::move(waiting_.front());
        waiting_.pop_front();
        to->send(std::move(next));
    }
}

void pool_core::finish(request& what, std::exception_ptr error) {
    if (!what.awaiter) return;
    auto awaiter = std::move(*what.awaiter);
    what.awaiter.reset();
    forget_cancellation<result>(awaiter);
    auto answer = error ? result() : std::move(what.answer);
    complete<result>(on_, std::move(awaiter), std::move(error), std::move(answer));
}

void pool_core::cancel(request& what) {
    auto awaiter = std::move(*what.awaiter);
    what.awaiter.reset();
    auto const aborted = std::make_exception_ptr(
        boost::system::system_error(asio::error::make_error_code(asio::error::operation_aborted)));
    if (!what.on) {
        waiting_.erase(what.place);
    } else {
        what.abandoned = true;
        what.what = nullptr;
        // A transaction's locks are let go at once. On a shared connection a short statement is
        // left to finish: stopping it costs the server more, and its neighbours (see watch()).
        bool const own = what.on->purpose == role::exclusive;
        if (own && what.on->in_flight().head() == &what) start_cancel(*what.on);
    }
    complete<result>(on_, std::move(awaiter), aborted, result());
}

void pool_core::finished(connection& from, std::unique_ptr<request> left, ending how) {
    switch (how) {
    case ending::abandoned:
        return;
    case ending::done:
        return finish(*left, nullptr);
    case ending::send_unprepared:
        left->unprepared = true;
        break;
    case ending::send_again:
        left->sent_again = true;
        break;
    case ending::send_alone:
        left->alone = true;
        break;
    case ending::failed:
        if (left->why == request::purpose::setup) return from.fail("it could not be set up");
        return finish(*left, left->failed->error);
    }
    left->reset();
    from.send(std::move(left));
}

void pool_core::turned(connection& from) {
    if (from.purpose == role::shared) {
        send_waiting();
    } else if (from.state == connection::use::cleaning) {
        clean_up(from);
    }
}

void pool_core::lost(connection& from, std::string const& reason,
                     std::deque<std::unique_ptr<request>> sent, std::unique_ptr<request> unsent) {
    spdlog::warn("database connection lost: {}", reason);
    auto const kept = remove(from);
    auto const error = away("connection lost: " + reason);
    for (auto const& one : sent) {
        // A statement that has been refused was refused, whatever happened afterwards.
        finish(*one, one->failed ? one->failed->error : error);
    }
    if (unsent) {
        if (unsent->in_transaction || unsent->sendings >= most_sendings) {
            finish(*unsent, error);
        } else if (unsent->awaiter) {
            unsent->reset();
            unsent->deadline = patience();
            auto& waiter = *unsent;
            waiter.place = waiting_.insert(waiting_.begin(), std::move(unsent));
        }
    }
    maintain();
    send_waiting();
}

} // namespace kinvault::pg
