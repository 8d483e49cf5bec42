// One connection outside the pool, for work that is done alone and in order: migrations, the tests'
// own databases. Text may hold several statements.
#pragma once

#include "storage/postgres/connect.hpp"
#include "storage/postgres/parameters.hpp"
#include "storage/postgres/result.hpp"
#include "storage/postgres/statement.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace kinvault::pg {

/// One await at a time. After `unavailable` or a cancellation it is closed.
class direct_connection {
  public:
    explicit direct_connection(executor const& on) : socket_(on) {}
    ~direct_connection() { close(); }
    direct_connection(direct_connection const&) = delete;
    direct_connection& operator=(direct_connection const&) = delete;

    /// `target` is a connection string. Throws std::invalid_argument if that is malformed,
    /// unavailable if there is no connection within `limit`.
    task<void> open(std::string const& target, std::chrono::milliseconds limit);
    void close() noexcept;
    bool is_open() const noexcept { return handle_ != nullptr; }
    /// Whether a BEGIN is open, failed or not.
    bool in_transaction() const noexcept;

    /// Runs all statements in `text`; they are one transaction unless they say otherwise. Gives the
    /// result of the last. Errors as session::run; `what` names the text in their messages.
    task<result> execute(std::string_view text, std::string_view what);
    task<result> run(statement const& what, parameters values);

  private:
    task<result> collect(std::string what);

    connection_handle handle_;
    pq_descriptor socket_;
};

} // namespace kinvault::pg
