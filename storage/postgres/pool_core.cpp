// The pool's connections: made, watched, replaced.
#include "storage/postgres/pool_core.hpp"

#include "sql/statements.hpp"
#include "storage/postgres/complete.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace kinvault::pg {

namespace {

/// Resolution of every deadline of the pool.
constexpr std::chrono::milliseconds tick_length{100};
constexpr std::chrono::milliseconds first_pause{100};
constexpr std::chrono::milliseconds longest_pause{2000};

std::string text_of(std::exception_ptr const& error) {
    try {
        std::rethrow_exception(error);
    } catch (std::exception const& e) {
        return e.what();
    } catch (...) {
        return "unknown error";
    }
}

} // namespace

pool_core::pool_core(executor const& on, pool_options options)
    : on_(on)
    , options_(std::move(options))
    , target_(options_.conninfo)
    , most_shared_(std::max(1, options_.size / 2))
    , most_exclusive_(std::max(1, options_.size - most_shared_))
    , backoff_(first_pause, longest_pause)
    , random_(std::random_device()())
    , ticker_(on)
    , attempts_ended_(on)
    , canceller_(on, [this](std::uint64_t id) { cancel_done(id); }) {}

pool_core::~pool_core() {
    close();
}

void pool_core::start() {
    if (started_) return;
    started_ = true;
    wait_tick();
    maintain();
}

void pool_core::close() noexcept {
    if (std::exchange(stopped_, true)) return;
    ticker_.cancel();
    for (auto const& attempt : attempts_) attempt->emit(asio::cancellation_type::terminal);
    auto const closed = std::make_exception_ptr(unavailable("the database pool is closed"));
    for (auto* const kind : {&shared_, &exclusive_}) {
        for (auto const& one : *kind) {
            auto const left = one->close();
            for (auto const& what : left) finish(*what, closed);
        }
        kind->clear();
    }
    for (auto const& what : waiting_) finish(*what, closed);
    waiting_.clear();
    for (auto& who : acquirers_) {
        forget_cancellation<lease>(who.awaiter);
        complete<lease>(on_, std::move(who.awaiter), closed, lease());
    }
    acquirers_.clear();
}

task<void> pool_core::closed() {
    while (!attempts_.empty()) {
        attempts_ended_.expires_at(steady_time::max());
        boost::system::error_code ignored;
        auto token = asio::redirect_error(use_task, ignored);
        co_await attempts_ended_.async_wait(token);
    }
}

pool_status pool_core::status() const {
    pool_status now;
    now.shared = static_cast<int>(shared_.size());
    now.exclusive = static_cast<int>(exclusive_.size());
    now.waiting = waiting_.size() + acquirers_.size();
    now.last_error = last_error_;
    for (auto const& one : shared_) now.in_flight += one->in_flight().size();
    for (auto const& one : exclusive_) {
        now.in_flight += one->in_flight().size();
        if (one->state != connection::use::idle) ++now.lent;
    }
    return now;
}

// --- making connections ---

void pool_core::maintain() {
    if (!started_ || stopped_) return;
    auto const room = [this](int limit, role of) {
        return static_cast<int>(all(of).size()) + opening(of) < limit;
    };
    auto const wanted = [&] {
        if (room(most_shared_, role::shared)) return true;
        return static_cast<int>(acquirers_.size()) > opening_exclusive_ &&
               room(most_exclusive_, role::exclusive);
    };
    while (wanted()) {
        // During an outage one attempt at a time shows whether it is over.
        bool const too_early = std::chrono::steady_clock::now() < next_attempt_;
        if (away_ && (too_early || !attempts_.empty())) return;
        begin_attempt(room(most_shared_, role::shared) ? role::shared : role::exclusive);
    }
}

void pool_core::begin_attempt(role purpose) {
    ++opening(purpose);
    auto const signal = std::make_shared<asio::cancellation_signal>();
    attempts_.push_back(signal);
    auto ended = [on = on_, core = weak_from_this(), signal,
                  purpose](std::exception_ptr why, connection_handle established) {
        // The coroutine that ends here still looks at its slot: the signal goes after it.
        asio::post(on, [signal] {});
        auto const alive = core.lock();
        if (!alive) return;
        alive->attempts_.remove(signal);
        alive->attempt_ended(purpose, std::move(why), std::move(established));
    };
    asio::co_spawn(on_, pg::connect(target_, options_.connect_timeout),
                   asio::bind_cancellation_slot(signal->slot(), std::move(ended)));
}

void pool_core::attempt_ended(role purpose, std::exception_ptr why, connection_handle established) {
    --opening(purpose);
    if (stopped_) {
        if (attempts_.empty()) attempts_ended_.cancel();
        return;
    }
    if (why) {
        not_connected(purpose, std::move(why));
    } else {
        connected(purpose, std::move(established));
    }
    maintain();
}

void pool_core::connected(role purpose, connection_handle established) {
    connection_owner& owner = *this;
    auto const fresh =
        std::make_shared<connection>(on_, std::move(established), owner, purpose, ++last_id_);
    try {
        fresh->open();
    } catch (std::exception const&) {
        return not_connected(purpose, std::current_exception());
    }
    if (std::exchange(away_, false)) spdlog::info("database {} is back", target_.describe());
    last_error_.clear();
    backoff_.reset();
    fresh->tick(std::chrono::steady_clock::now());
    fresh->idle_since = std::chrono::steady_clock::now();
    all(purpose).push_back(fresh);
    setup(*fresh);
    send_waiting();
    lend_idle();
}

void pool_core::not_connected(role, std::exception_ptr why) {
    auto const now = std::chrono::steady_clock::now();
    auto reason = text_of(why);
    bool const news = !away_ || reason != last_error_;
    if (!std::exchange(away_, true)) away_since_ = now;
    next_attempt_ = now + backoff_.next(random_);
    last_error_ = std::move(reason);
    if (news) spdlog::warn("no connection to database {}: {}", target_.describe(), last_error_);
}

/// Goes ahead of the first statement; nobody waits for it, but the connection ends if it fails.
void pool_core::setup(connection& fresh) {
    static statement const unnamed{"", sql::connection::setup.text,
                                   sql::connection::setup.parameters};
    auto made = std::make_unique<request>();
    made->why = request::purpose::setup;
    made->what = &unnamed;
    made->values.add(std::to_string(options_.statement_timeout.count()));
    fresh.send(std::move(made));
}

std::shared_ptr<connection> pool_core::remove(connection& from) noexcept {
    auto& kind = all(from.purpose);
    auto const is_it = [&from](auto const& one) { return one.get() == &from; };
    auto const place = std::find_if(kind.begin(), kind.end(), is_it);
    if (place == kind.end()) return nullptr;
    auto kept = std::move(*place);
    kind.erase(place);
    return kept;
}

// --- deadlines ---

/// With a connection left the server is there, and it is only more of them that it refuses.
bool pool_core::outage() const noexcept {
    return away_ && shared_.empty() && exclusive_.empty();
}

steady_time pool_core::patience() const {
    auto const until = std::chrono::steady_clock::now() + options_.acquire_timeout;
    return outage() ? std::min(until, away_since_ + options_.acquire_timeout) : until;
}

std::exception_ptr pool_core::not_in_time() const {
    std::string const reason = outage() ? "the database is away: " + last_error_
                                        : "no database connection was free in time";
    return std::make_exception_ptr(unavailable(reason));
}

std::chrono::milliseconds pool_core::pause(int tries) {
    std::uniform_int_distribution<int> spread(5, 20 * tries);
    return std::chrono::milliseconds(spread(random_));
}

void pool_core::wait_tick() {
    ticker_.expires_after(tick_length);
    ticker_.async_wait([core = weak_from_this()](boost::system::error_code error) {
        auto const alive = core.lock();
        if (!error && alive && !alive->stopped_) alive->tick();
    });
}

void pool_core::tick() {
    wait_tick();
    auto const now = std::chrono::steady_clock::now();
    auto everyone = shared_; // a copy: watching may close one
    everyone.insert(everyone.end(), exclusive_.begin(), exclusive_.end());
    for (auto const& one : everyone) {
        one->tick(now);
        watch(*one);
    }
    std::erase_if(exclusive_, [&](auto const& one) {
        bool const unused =
            one->state == connection::use::idle && now - one->idle_since >= options_.idle_timeout;
        if (unused) one->close();
        return unused;
    });
    expire(now);
    maintain();
}

void pool_core::expire(steady_time now) {
    for (auto it = waiting_.begin(); it != waiting_.end();) {
        auto const here = it++;
        if ((*here)->deadline > now) continue;
        finish(**here, not_in_time());
        waiting_.erase(here);
    }
    for (auto it = acquirers_.begin(); it != acquirers_.end();) {
        auto const here = it++;
        if (here->deadline > now) continue;
        forget_cancellation<lease>(here->awaiter);
        complete<lease>(on_, std::move(here->awaiter), not_in_time(), lease());
        acquirers_.erase(here);
    }
}

/// What a connection works on must come to an end.
void pool_core::watch(connection& one) {
    auto* const head = one.closed() ? nullptr : one.in_flight().head();
    if (!head) return;
    auto const running = std::chrono::steady_clock::now() - one.head_since();
    bool const limited = options_.statement_timeout.count() > 0;
    if (limited && running > options_.statement_timeout * one.together() + options_.guard) {
        failure silent;
        silent.error = std::make_exception_ptr(statement_timeout("the database does not answer"));
        if (!head->failed) head->failed = std::move(silent);
        return one.fail("no answer in time");
    }
    if (head->abandoned && !head->cancel_sent && running >= tick_length) start_cancel(one);
}

void pool_core::start_cancel(connection& of) {
    if (!canceller_.start(of.make_cancel(), of.id)) return; // watch() tries again
    of.in_flight().head()->cancel_sent = true;
    of.in_flight().cancel_begun();
}

void pool_core::cancel_done(std::uint64_t id) {
    auto const is_it = [id](auto const& one) { return one->id == id; };
    for (auto* const kind : {&shared_, &exclusive_}) {
        auto const place = std::find_if(kind->begin(), kind->end(), is_it);
        if (place == kind->end()) continue;
        auto const one = *place;
        one->in_flight().cancel_ended();
        if (one->state == connection::use::cleaning) clean_up(*one);
        return;
    }
}

} // namespace kinvault::pg
