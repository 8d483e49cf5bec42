// Entries of the audit log: who did what to accounts, memberships, keys and files. Used by services
// whose statement does not write its entry itself; most do, in the same round trip.
#pragma once

#include "storage/postgres/session.hpp"

#include <optional>
#include <string>

namespace kinvault::domain::audit {

/// Nothing in it may be secret or about a person who has no account here.
struct entry {
    std::optional<std::string> user_id; ///< who did it
    std::optional<std::string> org_id;  ///< whose administrators see it
    std::string action;                 ///< `login`, `role_changed`, …: at most 50 characters
    std::optional<std::string> detail;
    std::string address; ///< of the client; cut at what the column takes
};

/// In the transaction that `db` is, if it is one.
task<void> record(pg::session& db, entry what);

} // namespace kinvault::domain::audit
