#include "storage/postgres/connect.hpp"

#include "storage/postgres/errors.hpp"
#include "storage/postgres/failure.hpp"

#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <spdlog/spdlog.h>

#include <memory>
#include <utility>

namespace kinvault::pg {

namespace {

using resolver = asio::ip::basic_resolver<asio::ip::tcp, executor>;

/// What the deadline stops; shared with the timer's handler, which may run after the coroutine.
struct attempt {
    explicit attempt(executor const& on) : names(on), socket(on), timer(on) {}

    resolver names;
    pq_descriptor socket;
    steady_timer timer;
    bool expired = false;
};

/// libpq owns the socket: Asio must let go of it before either side closes it.
void let_go(pq_descriptor& socket) {
    if (socket.is_open()) socket.release();
}

/// The attempt ends with the coroutine, whatever way that goes.
struct attempt_guard {
    explicit attempt_guard(attempt& of) : of_(of) {}
    attempt_guard(attempt_guard const&) = delete;
    attempt_guard& operator=(attempt_guard const&) = delete;
    ~attempt_guard() {
        of_.timer.cancel();
        let_go(of_.socket);
    }
    attempt& of_;
};

void start_deadline(std::shared_ptr<attempt> const& running, std::chrono::milliseconds limit) {
    running->timer.expires_after(limit);
    running->timer.async_wait([running](boost::system::error_code error) {
        if (error) return;
        running->expired = true;
        running->names.cancel();
        let_go(running->socket);
    });
}

[[noreturn]] void give_up(attempt const& running, std::string const& reason) {
    throw unavailable(running.expired ? "no connection in time" : reason);
}

/// Puts an address beside every name. A host that cannot be found is left out as long as another
/// one remains.
task<std::vector<conninfo::endpoint>> look_up(attempt& running,
                                              std::vector<conninfo::endpoint> given) {
    std::vector<conninfo::endpoint> found;
    std::string reason;
    for (auto const& endpoint : given) {
        if (!endpoint.needs_lookup()) {
            found.push_back(endpoint);
            continue;
        }
        boost::system::error_code error;
        auto token = asio::redirect_error(use_task, error);
        std::string_view const host = endpoint.host;
        std::string_view const service;
        auto const results = co_await running.names.async_resolve(host, service, token);
        if (running.expired || error == asio::error::operation_aborted) {
            give_up(running, "given up");
        }
        if (error) reason = "cannot find host " + endpoint.host + ": " + error.message();
        for (auto const& entry : results) {
            auto one = endpoint;
            one.hostaddr = entry.endpoint().address().to_string();
            found.push_back(std::move(one));
        }
    }
    if (found.empty()) throw unavailable(reason);
    co_return found;
}

void on_notice(void*, char const* message) {
    spdlog::debug("postgres: {}", one_line(message));
}

connection_handle begin(conninfo const& target) {
    auto const settings = target.settings();
    std::vector<char const*> keywords;
    std::vector<char const*> values;
    for (auto const& [keyword, value] : settings) {
        keywords.push_back(keyword.c_str());
        values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    connection_handle started(PQconnectStartParams(keywords.data(), values.data(), 0));
    if (!started) throw std::bad_alloc();
    PQsetNoticeProcessor(started.get(), on_notice, nullptr);
    return started;
}

void add_defaults(conninfo& target) {
    // Negotiating GSS costs a round trip and may block on Kerberos' files.
    target.set_default("gssencmode", "disable");
    target.set_default("fallback_application_name", "kinvault");
    target.set("client_encoding", "UTF8");
    // A peer that is gone without a word is noticed within a minute.
    target.set_default("keepalives_idle", "30");
    target.set_default("keepalives_interval", "10");
    target.set_default("keepalives_count", "3");
}

} // namespace

task<connection_handle> connect(conninfo target, std::chrono::milliseconds limit) {
    executor const on = co_await asio::this_coro::executor;
    auto const running = std::make_shared<attempt>(on);
    attempt_guard const guard(*running);
    start_deadline(running, limit);

    add_defaults(target);
    auto given = target.endpoints();
    auto found = co_await look_up(*running, std::move(given));
    target.endpoints(std::move(found));
    auto started = begin(target);

    for (auto state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK;) {
        if (state == PGRES_POLLING_FAILED || PQstatus(started.get()) == CONNECTION_BAD) {
            give_up(*running, connection_message(started.get()));
        }
        // A new socket may have the number of one that libpq has closed, and then the reactor
        // would wait for ever: so it is registered anew for each step.
        running->socket.assign(PQsocket(started.get()));
        auto const what =
            state == PGRES_POLLING_READING ? pq_descriptor::wait_read : pq_descriptor::wait_write;
        boost::system::error_code error;
        auto token = asio::redirect_error(use_task, error);
        co_await running->socket.async_wait(what, token);
        if (running->expired || error == asio::error::operation_aborted) {
            give_up(*running, "given up");
        }
        let_go(running->socket);
        state = PQconnectPoll(started.get());
    }
    if (PQsetnonblocking(started.get(), 1) != 0) {
        give_up(*running, connection_message(started.get()));
    }
    co_return started;
}

} // namespace kinvault::pg
