// What an insurance covers: rows of services, plan limits and the providers of its network. All of
// it belongs to an item that is there and not archived, else 404. Used by the routes.
#pragma once

#include "domain/access.hpp"
#include "domain/coverage/schema.hpp"
#include "storage/postgres/pool.hpp"

namespace kinvault::domain::coverage {

class service {
  public:
    explicit service(pg::pool& db) : db_(db) {}

    /// By sort order, then as they were sent; limits likewise.
    task<std::vector<coverage_row>> rows(caller who, item_query query);
    /// Replaces all rows; of several at once one remains, whole.
    task<std::vector<coverage_row>> replace_rows(caller who, new_rows sent);

    task<std::vector<plan_limit>> limits(caller who, item_query query);
    task<std::vector<plan_limit>> replace_limits(caller who, new_limits sent);

    /// Oldest first.
    task<std::vector<provider>> providers(caller who, item_query query);
    task<provider> add_provider(caller who, create_provider sent);
    task<void> remove_provider(caller who, std::string id);

  private:
    task<pg::result> replace(pg::statement const& what, caller who, std::string item_id,
                             pg::parameters entries);

    pg::pool& db_;
};

} // namespace kinvault::domain::coverage
