#include "domain/adoption/take_over.hpp"

#include "domain/adoption/organizations.hpp"
#include "domain/adoption/state.hpp"
#include "sql/statements.hpp"
#include "storage/postgres/errors.hpp"
#include "storage/postgres/migrate.hpp"
#include "storage/postgres/rows.hpp"

#include <chrono>

namespace kinvault::domain::adoption {

namespace {

/// The original's longest transaction is an upload's; whoever holds a table for longer is not
/// about to finish.
constexpr std::chrono::milliseconds lock_limit{30000};
constexpr std::string_view lock_not_available = "55P03";
constexpr int state_of_original = 1; ///< sql/migrations/0001_vault.sql

void require_original(recognition const& found) {
    if (found.kind != kind::original) throw pg::migration_error(refusal(found));
    if (!found.obstacles.empty()) {
        throw pg::migration_error(in_one_line("the vault cannot be taken over", found.obstacles));
    }
}

task<void> lock_tables(pg::direct_connection& db, std::string const& schema) {
    pg::parameters limit(std::to_string(lock_limit.count()));
    co_await db.run(sql::adoption::limit_waiting, std::move(limit));
    pg::parameters parameters(schema);
    auto const result = co_await db.run(sql::adoption::lock_text, std::move(parameters));
    auto const text = pg::scalar<std::string>(result).value_or("");
    try {
        co_await db.execute(text, "lock");
    } catch (pg::database_error const& error) {
        if (error.sqlstate() != lock_not_available) throw;
        throw pg::migration_error(
            "the vault cannot be taken over: another program keeps its tables "
            "busy; stop the original server first");
    }
}

task<void> rewrap(pg::direct_connection& db, std::string const& id, std::string const& wrapped) {
    pg::parameters parameters(id, wrapped);
    co_await db.run(sql::adoption::rewrap, std::move(parameters));
}

task<void> try_keys(pg::direct_connection& db, master_keys keys, taken_over& report) {
    organization_pages pages(db);
    for (;;) {
        auto const page = co_await pages.next();
        if (page.empty()) break;
        for (auto const& one : page) {
            ++report.organizations;
            auto const key = keys.original->unwrap(one.encryption_key_enc);
            if (!key) ++report.unreadable;
            if (!key || !keys.ours) continue;
            auto const wrapped = keys.ours->wrap(*key);
            co_await rewrap(db, one.id, wrapped);
        }
    }
    if (report.organizations > 0 && report.unreadable == report.organizations) {
        throw pg::migration_error("SECRET_KEY is not that of this vault: it opens none of the " +
                                  std::to_string(report.organizations) + " organisations' keys");
    }
}

} // namespace

task<int> take_over(pg::direct_connection& db, master_keys keys, taken_over& report) {
    // Before anything is locked: a foreign database is left in peace.
    auto const before = co_await recognize(db);
    require_original(before);
    if (!keys.original) {
        throw pg::migration_error(
            "SECRET_KEY: is missing, taking over a vault needs the original's");
    }
    co_await lock_tables(db, before.found.schema);
    auto const found = co_await recognize(db);
    require_original(found);
    report.other_connections = found.found.other_connections;
    co_await try_keys(db, keys, report);

    for (auto const& statement : found.adjustments) {
        co_await db.execute(statement, "adjust");
    }
    pg::parameters none;
    auto const mended = co_await db.run(sql::adoption::mend_versions, std::move(none));
    report.mended = pg::scalar<std::int64_t>(mended).value_or(0);
    report.done = true;
    co_return state_of_original;
}

} // namespace kinvault::domain::adoption
