// Holding an item while what belongs to it is changed by several statements. Used by the services
// of contacts and coverage.
#pragma once

#include "domain/access.hpp"
#include "storage/postgres/transaction.hpp"

namespace kinvault::domain {

/// Holds an unarchived item of the caller's organisation until the transaction ends: others who
/// lock or change it wait. Refuses like `admit`, and with 404.
task<void> lock_item(pg::transaction& transaction, caller const& who, std::string const& id);

} // namespace kinvault::domain
