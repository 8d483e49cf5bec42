// Reaching a PostgreSQL server without blocking the event loop: names are looked up by Asio, libpq
// is driven step by step. Used by the pool and by direct.hpp.
#pragma once

#include "storage/async.hpp"
#include "storage/postgres/conninfo.hpp"
#include "storage/postgres/handles.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <chrono>

namespace kinvault::pg {

using pq_descriptor = asio::posix::basic_stream_descriptor<executor>;
using steady_timer =
    asio::basic_waitable_timer<std::chrono::steady_clock,
                               asio::wait_traits<std::chrono::steady_clock>, executor>;

/// Connects within `limit` and gives a connection in non-blocking mode, its text in UTF-8. Throws
/// unavailable with libpq's reason. Cancellable.
task<connection_handle> connect(conninfo target, std::chrono::milliseconds limit);

} // namespace kinvault::pg
