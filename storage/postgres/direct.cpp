#include "storage/postgres/direct.hpp"

#include "storage/postgres/errors.hpp"
#include "storage/postgres/failure.hpp"

#include <optional>
#include <vector>

namespace kinvault::pg {

namespace {

bool is_failure(result const& one) {
    auto const status = PQresultStatus(one.native());
    return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE;
}

/// Closes the connection unless the answer was read to its end: also when cancelled.
struct close_unless {
    explicit close_unless(direct_connection& which) : which_(which) {}
    close_unless(close_unless const&) = delete;
    close_unless& operator=(close_unless const&) = delete;
    ~close_unless() {
        if (!complete) which_.close();
    }
    direct_connection& which_;
    bool complete = false;
};

} // namespace

task<void> direct_connection::open(std::string const& target, std::chrono::milliseconds limit) {
    close();
    conninfo where(target);
    handle_ = co_await connect(std::move(where), limit);
    socket_.assign(PQsocket(handle_.get()));
}

void direct_connection::close() noexcept {
    try {
        if (socket_.is_open()) socket_.release();
    } catch (std::exception const&) {
        // The reactor could not forget the socket; closing it below makes it do so.
    }
    handle_.reset();
}

bool direct_connection::in_transaction() const noexcept {
    auto const status = PQtransactionStatus(handle_.get());
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

task<result> direct_connection::execute(std::string_view text, std::string_view what) {
    if (!is_open()) throw unavailable("not connected");
    std::string const terminated(text);
    if (!PQsendQuery(handle_.get(), terminated.c_str())) {
        throw unavailable(connection_message(handle_.get()));
    }
    std::string name(what);
    auto answer = co_await collect(std::move(name));
    co_return answer;
}

task<result> direct_connection::run(statement const& what, parameters values) {
    if (!is_open()) throw unavailable("not connected");
    std::vector<char const*> pointers(static_cast<std::size_t>(values.count()));
    values.pointers(pointers.data());
    if (!PQsendQueryParams(handle_.get(), what.text.data(), values.count(), nullptr,
                           pointers.data(), nullptr, nullptr, 0)) {
        throw unavailable(connection_message(handle_.get()));
    }
    std::string name(what.name);
    auto answer = co_await collect(std::move(name));
    co_return answer;
}

task<result> direct_connection::collect(std::string what) {
    close_unless guard(*this);
    result last;
    std::optional<failure> failed;
    for (;;) {
        int const more_to_write = PQflush(handle_.get());
        if (more_to_write < 0) throw unavailable(connection_message(handle_.get()));
        if (more_to_write > 0) {
            co_await socket_.async_wait(pq_descriptor::wait_write, use_task);
            // What the server has to say must be read, or it stops reading.
            if (!PQconsumeInput(handle_.get())) break;
            continue;
        }
        if (PQisBusy(handle_.get())) {
            co_await socket_.async_wait(pq_descriptor::wait_read, use_task);
            if (!PQconsumeInput(handle_.get()) && PQisBusy(handle_.get())) break;
            continue;
        }
        auto* const next = PQgetResult(handle_.get());
        if (!next) {
            guard.complete = PQstatus(handle_.get()) == CONNECTION_OK;
            if (failed) std::rethrow_exception(failed->error);
            co_return last;
        }
        result one(next);
        if (!is_failure(one)) {
            last = std::move(one);
        } else if (!failed) {
            failed = failure_of(one, what);
        }
    }
    if (failed) std::rethrow_exception(failed->error);
    throw unavailable(connection_message(handle_.get()));
}

} // namespace kinvault::pg
