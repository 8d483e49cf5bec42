// Reading the audit log: the administrators of an organisation page through its entries, the
// operator exports them. Used by the audit routes and by `kinvault audit export`.
#pragma once

#include "domain/access.hpp"
#include "domain/audit/schema.hpp"
#include "storage/postgres/pool.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kinvault::domain::audit {

class service {
  public:
    explicit service(pg::pool& db) : db_(db) {}

    /// Of the caller's organisation, newest first.
    task<std::vector<shown_entry>> page(caller who, page_query query);

  private:
    pg::pool& db_;
};

/// What is exported.
struct export_options {
    std::optional<std::string> org_id; ///< none: all, those of no organisation too
    std::optional<std::string> since;  ///< a moment (`is_moment`), itself included
};

/// Gives every entry, oldest first, as a line of JSON to `write`, which may throw; a thousand are
/// in memory at once. Gives how many there were.
task<std::int64_t> export_entries(pg::pool& db, export_options what,
                                  std::function<void(std::string_view)> write);

} // namespace kinvault::domain::audit
