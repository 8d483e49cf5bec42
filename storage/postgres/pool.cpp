#include "storage/postgres/pool.hpp"

#include "storage/postgres/initiate.hpp"
#include "storage/postgres/pool_core.hpp"

#include <boost/asio/this_coro.hpp>

namespace kinvault::pg {

pool::pool(asio::io_context& on, pool_options options)
    : core_(std::make_shared<pool_core>(on.get_executor(), std::move(options))) {}

pool::~pool() {
    core_->close();
}

void pool::start() {
    core_->start();
}

task<void> pool::stop() {
    auto const core = core_;
    core->close();
    co_await core->closed();
}

bool pool::ready() const noexcept {
    return core_->ready();
}

pool_status pool::status() const {
    return core_->status();
}

task<result> pool::run(statement const& what, parameters values) {
    check_parameters(what, values);
    auto initiation = [core = core_.get()](awaiting<result> awaiter, statement const* what,
                                           parameters values) {
        core->run(std::move(awaiter), what, std::move(values));
    };
    return initiate<result>(initiation, &what, std::move(values));
}

task<lease> pool::acquire() {
    auto initiation = [core = core_.get()](awaiting<lease> awaiter) {
        core->acquire(std::move(awaiter));
    };
    return initiate<lease>(initiation);
}

task<void> pool::before_retry(std::exception_ptr failed, int tries) {
    try {
        std::rethrow_exception(failed);
    } catch (database_error const& e) {
        if (!e.retryable() || tries >= most_tries) throw;
    }
    executor const on = co_await asio::this_coro::executor;
    steady_timer timer(on);
    timer.expires_after(core_->pause(tries));
    co_await timer.async_wait(use_task);
}

} // namespace kinvault::pg
