#include "domain/cleanup/service.hpp"

#include "sql/statements.hpp"
#include "storage/postgres/rows.hpp"

namespace kinvault::domain::cleanup {

namespace {

/// Rows that one statement removes.
constexpr int batch = 1000;

/// Runs a statement that removes at most `batch` rows, whose last parameter says so, until nothing
/// is left; gives how many it removed.
task<std::int64_t> remove_all(pg::pool& db, pg::statement const& what, pg::parameters values) {
    values.add(batch);
    std::int64_t removed = 0;
    for (;;) {
        auto again = values;
        auto const result = co_await db.run(what, std::move(again));
        auto const count = pg::scalar<std::int64_t>(result).value_or(0);
        removed += count;
        if (count < batch) co_return removed;
    }
}

} // namespace

task<report> clean_up(pg::pool& db, std::uint32_t audit_days) {
    report done;
    pg::parameters nothing;
    done.sessions = co_await remove_all(db, sql::cleanup::expired_sessions, nothing);
    done.tokens = co_await remove_all(db, sql::cleanup::ended_tokens, nothing);
    if (audit_days > 0) {
        pg::parameters days(audit_days);
        done.audit_entries = co_await remove_all(db, sql::cleanup::old_entries, std::move(days));
    }
    co_return done;
}

} // namespace kinvault::domain::cleanup
