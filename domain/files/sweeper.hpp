// Removes objects that no row names: uploads that broke off, files that were deleted. Used by the
// hourly job of the server and by `kinvault sweep`.
#pragma once

#include "storage/blob/store.hpp"
#include "storage/postgres/pool.hpp"

#include <chrono>

namespace kinvault::domain::files {

struct sweep_report {
    std::int64_t removed = 0;
    std::int64_t waiting = 0; ///< entries that are too young: uploads on their way
};

/// Sweeps what has not been touched for `untouched`. Running uploads touch theirs every 30 s; one
/// whose entry is swept all the same fails as a whole. Safe with several servers at once.
task<sweep_report> sweep(pg::pool& db, blob::store& store, std::chrono::seconds untouched);

} // namespace kinvault::domain::files
