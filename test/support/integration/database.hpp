// A fresh database for a test, and running coroutines to their end. Used by test/integration.
//
// The server is that of KINVAULT_TEST_DATABASE_URL, whose user may create databases.
#pragma once

#include "storage/async.hpp"
#include "storage/postgres/pool.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace kinvault::test {

/// Thrown by run() if there is nothing left to wait for, or after a minute.
class never_ended : public std::runtime_error {
  public:
    never_ended() : std::runtime_error("the coroutine never came to its end") {}
};

/// Lets `io` work until `ended` is true.
void run_until(asio::io_context& io, bool const& ended);

/// Runs `what` on `io` to its end and gives what it gives, or throws what it throws. Whatever else
/// is on `io` runs meanwhile.
template <class T>
T run(asio::io_context& io, task<T> what) {
    bool ended = false;
    std::exception_ptr error;
    if constexpr (std::is_void_v<T>) {
        asio::co_spawn(io, std::move(what), [&](std::exception_ptr e) {
            error = std::move(e);
            ended = true;
        });
        run_until(io, ended);
        if (error) std::rethrow_exception(error);
    } else {
        std::optional<T> value;
        asio::co_spawn(io, std::move(what), [&](std::exception_ptr e, T v) {
            error = std::move(e);
            if (!error) value.emplace(std::move(v));
            ended = true;
        });
        run_until(io, ended);
        if (error) std::rethrow_exception(error);
        return std::move(*value);
    }
}

/// Creates `kv_test_<random>` and drops it with all its connections at the end.
class database {
  public:
    database();
    ~database();
    database(database const&) = delete;
    database& operator=(database const&) = delete;

    /// A connection string for this database.
    std::string const& url() const noexcept { return url_; }
    std::string const& name() const noexcept { return name_; }
    /// Runs SQL in this database on a connection of its own, from outside whatever is tested.
    /// The first value of the last statement's first row; empty for NULL and for no row.
    std::string execute(std::string const& sql) const;

  private:
    std::string name_;
    std::string url_;
};

/// KINVAULT_TEST_DATABASE_URL; throws if it is not set.
std::string server_url();

} // namespace kinvault::test
