#include "storage/postgres/failure.hpp"

#include "storage/postgres/errors.hpp"

#include <libpq-fe.h>

namespace kinvault::pg {

namespace {

std::string_view part(result const& failed, int code) {
    char const* text = PQresultErrorField(failed.native(), code);
    return text ? text : std::string_view();
}

/// PostgreSQL manual, appendix A: connection exceptions, too many connections, and a server that
/// shuts down, crashed, or is not there yet.
bool is_away(std::string_view sqlstate) {
    return sqlstate.starts_with("08") || sqlstate == "53300" || sqlstate == "57P01" ||
           sqlstate == "57P02" || sqlstate == "57P03";
}

/// "cached plan must not change result type" has no code of its own (0A000), and its text is
/// translated; the name of the function that reports it is neither.
bool is_stale_plan(result const& failed, std::string_view sqlstate) {
    return sqlstate == "26000" || (sqlstate == "0A000" && part(failed, PG_DIAG_SOURCE_FUNCTION) ==
                                                              "RevalidateCachedQuery");
}

} // namespace

std::string one_line(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
    std::string line;
    for (char const c : text) {
        if (c != '\n') {
            line.push_back(c);
        } else if (!line.empty()) {
            line.append("; ");
        }
    }
    return line;
}

std::string connection_message(pg_conn const* connection) {
    return one_line(PQerrorMessage(connection));
}

failure failure_of(result const& failed, std::string_view what) {
    failure f;
    f.sqlstate = part(failed, PG_DIAG_SQLSTATE);
    auto const severity = part(failed, PG_DIAG_SEVERITY_NONLOCALIZED);
    f.stale_plan = is_stale_plan(failed, f.sqlstate);
    // Without a code it is libpq that speaks: the connection broke.
    f.fatal = f.sqlstate.empty() || severity == "FATAL" || severity == "PANIC" ||
              f.sqlstate.starts_with("08") || f.sqlstate.starts_with("57P");

    std::string message(what);
    if (!message.empty()) message.append(": ");
    if (f.sqlstate.empty()) {
        message.append(one_line(PQresultErrorMessage(failed.native())));
    } else {
        message.append(part(failed, PG_DIAG_MESSAGE_PRIMARY)).append(" (").append(f.sqlstate);
        message.append(")");
    }
    if (f.fatal || is_away(f.sqlstate)) {
        f.error = std::make_exception_ptr(unavailable(message));
    } else if (f.sqlstate == "57014") {
        f.error = std::make_exception_ptr(statement_timeout(message));
    } else {
        bool const retryable = f.stale_plan || f.sqlstate == "40001" || f.sqlstate == "40P01";
        f.error = std::make_exception_ptr(
            database_error(message, f.sqlstate, part(failed, PG_DIAG_CONSTRAINT_NAME),
                           part(failed, PG_DIAG_TABLE_NAME), retryable));
    }
    return f;
}

} // namespace kinvault::pg
