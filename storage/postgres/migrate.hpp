// Brings a database to the schema the program was built with, and checks that it is there. Used by
// `kinvault migrate` and `kinvault serve`.
#pragma once

#include "storage/async.hpp"
#include "storage/postgres/direct.hpp"
#include "storage/postgres/statement.hpp"

#include <chrono>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace kinvault::pg {

/// The database cannot be brought to, or is not at, the schema of this program. One clear line.
class migration_error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

struct migration_report {
    /// `NNNN_name` of those that were applied now, in order.
    std::vector<std::string> applied;
    /// Of those that an adopted database was found to be at already.
    std::vector<std::string> adopted;
    /// How many there are in all.
    int total = 0;
};

struct migrate_options {
    /// URL or key=value pairs.
    std::string conninfo;
    std::chrono::milliseconds connect_timeout{10000};
    /// Asked when the database has tables but is none of ours. Gives the number of the migration
    /// whose state it is in (that one and those before are recorded, not run), or throws
    /// migration_error. Runs in the one transaction that records them and applies the others.
    /// Without it, every such database is refused.
    std::function<task<int>(direct_connection&)> adopt;
    /// Told `NNNN_name` before each that is applied.
    std::function<void(std::string const&)> on_migration;
};

/// Applies what is missing, each migration in a transaction of its own (those of an adopted
/// database all in one), under an advisory lock: of two that begin at once, one waits and then
/// finds nothing to do. Throws migration_error, unavailable, database_error; what was committed
/// before stays.
task<migration_report> migrate(migrate_options options, std::span<migration const> all);

/// Verifies only: throws migration_error if anything is missing, changed or unknown.
task<void> check_migrations(migrate_options options, std::span<migration const> all);

} // namespace kinvault::pg
