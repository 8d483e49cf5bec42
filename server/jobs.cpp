#include "server/jobs.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace kinvault {

namespace {

constexpr auto as_result = asio::as_tuple(use_task);

} // namespace

jobs::job::job(asio::io_context& on, milliseconds interval, std::string name, work what,
               job_retries const& retries)
    : interval(interval)
    , name(std::move(name))
    , what(std::move(what))
    , pause(on)
    , retry(retries.first, retries.most) {}

jobs::jobs(asio::io_context& on, job_retries retries)
    : context_(on)
    , retries_(retries)
    , all_ended_(on, timer::time_point::max()) {}

jobs::~jobs() = default;

void jobs::every(milliseconds interval, std::string name, work what) {
    jobs_.push_back(
        std::make_unique<job>(context_, interval, std::move(name), std::move(what), retries_));
}

void jobs::start() {
    for (auto const& one : jobs_) {
        ++running_;
        auto done = [this](std::exception_ptr) { ended(); };
        asio::co_spawn(context_, run(*one),
                       asio::bind_cancellation_slot(one->cancel.slot(), std::move(done)));
    }
}

task<void> jobs::run(job& one) {
    while (!stopping_) {
        co_await run_once(one);
        if (stopping_) break;
        one.pause.expires_after(pause_of(one));
        co_await one.pause.async_wait(as_result);
    }
}

/// Takes every exception, so that one bad run is not the last.
task<void> jobs::run_once(job& one) {
    std::string why;
    try {
        co_await one.what();
        if (one.failing) spdlog::info("{} works again", one.name);
        one.failing = false;
        co_return;
    } catch (std::exception const& error) {
        why = error.what();
    }
    if (stopping_) co_return;
    // The same trouble again is no news.
    auto const level = one.failing ? spdlog::level::debug : spdlog::level::warn;
    spdlog::log(level, "{} failed, it will be tried again: {}", one.name, why);
    one.failing = true;
}

jobs::milliseconds jobs::pause_of(job& one) {
    if (!one.failing) {
        one.retry.reset();
        return one.interval;
    }
    return std::min(one.retry.next(random_), one.interval);
}

void jobs::ended() {
    if (--running_ == 0) all_ended_.cancel();
}

void jobs::finish() {
    stopping_ = true;
    for (auto const& one : jobs_) one->pause.cancel();
}

task<void> jobs::stop(milliseconds grace) {
    finish();
    if (running_ == 0) co_return;
    all_ended_.expires_after(grace);
    co_await all_ended_.async_wait(as_result);
    for (auto const& one : jobs_) one->cancel.emit(asio::cancellation_type::terminal);
    while (running_ > 0) {
        all_ended_.expires_at(timer::time_point::max());
        co_await all_ended_.async_wait(as_result);
    }
}

} // namespace kinvault
