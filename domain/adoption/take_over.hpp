// Takes over a database of the original system, in the transaction of the migrations that follow.
// Used by `kinvault adopt`, `migrate` and `serve`, through pg::migrate_options::adopt.
#pragma once

#include "crypto/vault_keys.hpp"
#include "storage/postgres/direct.hpp"

#include <cstdint>

namespace kinvault::domain::adoption {

/// The keys under which organisations' keys are wrapped.
struct master_keys {
    crypto::master_key const* original = nullptr; ///< null: there is no SECRET_KEY
    crypto::master_key const* ours = nullptr;     ///< null: the same
};

/// What became of it, for the operator.
struct taken_over {
    bool done = false;                  ///< false: there was nothing to take over
    std::int64_t organizations = 0;     ///< whose keys were tried
    std::int64_t unreadable = 0;        ///< those whose key SECRET_KEY does not open
    std::int64_t mended = 0;            ///< rows whose encryption version meant nothing
    std::int64_t other_connections = 0; ///< of clients, when it began
};

/// Recognises the database, locks its tables against the original, tries the organisations' keys
/// and brings names and defaults to ours; wraps the keys anew where ours is another master key.
/// Gives the number of the migration whose state that is. Throws pg::migration_error with one line
/// when it is another database, when SECRET_KEY is missing or opens none of its organisations'
/// keys, or when somebody keeps the tables busy.
task<int> take_over(pg::direct_connection& db, master_keys keys, taken_over& report);

} // namespace kinvault::domain::adoption
