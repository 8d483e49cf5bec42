// Removes what is of no use any more: sessions and links that have expired, entries of the audit
// log that are older than they have to be kept. Used by a job of the server.
#pragma once

#include "storage/postgres/pool.hpp"

#include <cstdint>

namespace kinvault::domain::cleanup {

struct report {
    std::int64_t sessions = 0;      ///< expired
    std::int64_t tokens = 0;        ///< of invitations and resets, used or expired
    std::int64_t audit_entries = 0; ///< too old
};

/// Cleans up in small steps that lock nothing anybody waits for. `audit_days` is how long entries
/// of the audit log are kept; 0: for ever. Safe with several servers at once.
task<report> clean_up(pg::pool& db, std::uint32_t audit_days);

} // namespace kinvault::domain::cleanup
