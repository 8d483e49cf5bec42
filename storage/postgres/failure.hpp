// From libpq's failed results to our errors, and what follows from each SQLSTATE. Used inside
// storage/postgres only.
#pragma once

#include "storage/postgres/result.hpp"

#include <exception>
#include <string>
#include <string_view>

struct pg_conn;

namespace kinvault::pg {

/// What a failed statement leaves behind.
struct failure {
    std::string sqlstate;
    /// The plan was prepared before DDL changed its result, or is gone: prepare it again.
    bool stale_plan = false;
    /// The connection is at its end.
    bool fatal = false;
    /// To be thrown to whoever ran the statement.
    std::exception_ptr error;
};

/// `what` names the statement in the message.
failure failure_of(result const& failed, std::string_view what);

/// libpq's message for the connection on one line, without the trailing newline.
std::string connection_message(pg_conn const* connection);
std::string one_line(std::string_view text);

} // namespace kinvault::pg
