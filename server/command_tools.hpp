// What the commands of the binary share: complaints, an event loop for one task, a small pool. Used
// by server/commands*.cpp.
#pragma once

#include "config/settings.hpp"
#include "storage/async.hpp"
#include "storage/postgres/pool.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kinvault::commands {

/// One line each on the standard error; gives the exit code, 2 if there are any.
int complain(std::vector<std::string> const& problems);

/// Runs the event loop to its end. Beast can throw out of it: one connection's exception must not
/// end the others.
void run_loop(asio::io_context& context);

/// Runs one task on an event loop of its own and gives what it gives or throws.
template <class T>
T run_task(asio::io_context& context, task<T> work) {
    std::exception_ptr failed;
    std::optional<T> value;
    auto ended = [&](std::exception_ptr error, T result) {
        failed = error;
        if (!error) value.emplace(std::move(result));
        context.stop();
    };
    asio::co_spawn(context, std::move(work), std::move(ended));
    run_loop(context);
    if (failed) std::rethrow_exception(failed);
    return std::move(*value);
}

/// One line for each of `rows`, in columns under `head`.
void print_table(std::vector<std::string> const& head,
                 std::vector<std::vector<std::string>> const& rows);

/// For commands that do a few things one after the other.
pg::pool_options small_pool(config::settings const& from);

} // namespace kinvault::commands
