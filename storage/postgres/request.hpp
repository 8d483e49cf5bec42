// One statement on its way: waiting for a connection, in flight on one, or answered. Used by
// flight.hpp, connection.hpp and pool_core.hpp.
#pragma once

#include "storage/async.hpp"
#include "storage/postgres/failure.hpp"
#include "storage/postgres/parameters.hpp"
#include "storage/postgres/prepared.hpp"
#include "storage/postgres/result.hpp"
#include "storage/postgres/statement.hpp"

#include <chrono>
#include <cstdint>
#include <exception>
#include <list>
#include <memory>
#include <optional>
#include <type_traits>

namespace kinvault::pg {

class connection;

using steady_time = std::chrono::steady_clock::time_point;

/// The suspended coroutine that awaits a T. One pointer: no type erasure, no allocation.
template <class T>
using awaiting = typename asio::async_result<std::remove_cvref_t<decltype(use_task)>,
                                             void(std::exception_ptr, T)>::handler_type;

struct request {
    /// setup and rollback are the pool's own; nobody awaits them.
    enum class purpose { user, setup, rollback };

    purpose why = purpose::user;
    /// Not to be touched once abandoned: it may have lived in the coroutine that went away.
    statement const* what = nullptr;
    parameters values;
    /// Sent ahead, before the same sync: the BEGIN of the transaction this is the first of.
    char const* begin = nullptr;
    /// True on a connection of its own: an error aborts the transaction, so it cannot be sent
    /// again.
    bool in_transaction = false;
    std::optional<awaiting<result>> awaiter;

    // While it waits.
    std::list<std::unique_ptr<request>>::iterator place;
    steady_time deadline;

    // While it is in flight.
    connection* on = nullptr;
    std::uint64_t number = 0;                       // in the order of sending on its connection
    prepared_statements::entry* prepared = nullptr; // on that connection; none if unnamed
    unsigned plan = 0;                              // which preparation of it this relies on
    bool prepares = false;
    bool abandoned = false;   // nobody awaits the answer any more
    bool cancel_sent = false; // and the server has been asked to stop
    bool unprepared = false;  // sent a second time because of a stale plan, now with its text
    bool sent_again = false;  // sent a second time because a neighbour's cancel hit it
    bool alone = false;       // sent a second time because one that it shared a sync with failed
    bool shares_sync = false; // one of several that end with one sync
    bool skipped = false;     // not run, because one before the same sync failed
    int sendings = 0;         // how often it was given to a connection
    int commands_answered = 0;
    result answer;
    std::optional<failure> failed;

    int commands() const noexcept { return 1 + (begin ? 1 : 0) + (prepares ? 1 : 0); }
    /// Whether the command now being answered is the PREPARE.
    bool at_prepare() const noexcept { return prepares && commands_answered == commands() - 2; }
    bool all_answered() const noexcept { return commands_answered == commands(); }

    /// Back to the state before sending.
    void reset() {
        on = nullptr;
        prepared = nullptr;
        prepares = false;
        shares_sync = false;
        skipped = false;
        commands_answered = 0;
        answer = result();
        failed.reset();
    }
};

} // namespace kinvault::pg
