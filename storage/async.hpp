// The vocabulary of asynchronous code: one io_context, one thread, coroutines on its own executor
// type. Used by storage, domain and server.
//
// g++ 12 miscompiles coroutines around temporaries, so every await stands on a line of its own:
//     auto result = co_await f(named, arguments);
// test/style enforces the form.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace kinvault {

namespace asio = boost::asio;

/// The concrete executor of the one io_context: no type erasure on the hot path.
using executor = asio::io_context::executor_type;

/// What every asynchronous function returns. Errors are exceptions.
template <class T = void>
using task = asio::awaitable<T, executor>;

/// The completion token that goes with `task`.
inline constexpr asio::use_awaitable_t<executor> use_task{};

} // namespace kinvault
