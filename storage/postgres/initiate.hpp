// Turns a callback-style operation of the pool into a coroutine. Used by pool.cpp and
// transaction.cpp only.
#pragma once

#include "storage/postgres/request.hpp"

#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace kinvault::pg {

/// `initiation(awaiting<T>, arguments...)` is called when the task is awaited. One coroutine frame.
template <class T, class Initiation, class... Arguments>
task<T> initiate(Initiation initiation, Arguments... arguments) {
    return asio::async_initiate<decltype(use_task), void(std::exception_ptr, T)>(
        std::move(initiation), use_task, std::move(arguments)...);
}

/// Checked here and not by the server, where it would cost the shared connection a round trip and
/// tell less.
inline void check_parameters(statement const& what, parameters const& values) {
    // The protocol counts them in 16 bits.
    bool const too_many = values.count() > std::numeric_limits<std::uint16_t>::max();
    if (values.count() == what.parameters && !too_many) return;
    throw std::logic_error(std::string(what.name) + " takes " + std::to_string(what.parameters) +
                           " parameters, not " + std::to_string(values.count()));
}

} // namespace kinvault::pg
