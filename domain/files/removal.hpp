// Removes objects whose rows are gone and whose keys are on the pending list. Used by the services
// of files and trash, so that what somebody deletes is gone when they are told so.
#pragma once

#include "storage/blob/store.hpp"
#include "storage/postgres/pool.hpp"

#include <string>
#include <vector>

namespace kinvault::domain::files {

/// Comes after the commit that put the keys on the list. What cannot be removed now is left to the
/// sweeper, as are those beyond the first hundred; does not throw for a store or database that is
/// away.
task<void> remove_objects(pg::pool& db, blob::store& store, std::vector<std::string> keys);

} // namespace kinvault::domain::files
