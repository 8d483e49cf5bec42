// Archived items: getting them back, and removing them for good with their files. Used by the item
// routes and by the job that empties the trash after a time.
#pragma once

#include "domain/access.hpp"
#include "domain/items/service.hpp"
#include "storage/blob/store.hpp"
#include "storage/postgres/pool.hpp"

#include <cstdint>
#include <string>

namespace kinvault::domain::trash {

class service {
  public:
    service(pg::pool& db, blob::store& store, items::service& items)
        : db_(db)
        , store_(store)
        , items_(items) {}

    /// Back among the others. 404 unless it is archived.
    task<items::item> restore(caller who, std::string id);
    /// Removes an item for good, archived or not, with all that belongs to it. For admins.
    task<void> destroy(caller who, std::string id, items::precondition expected);
    /// Removes what has been archived for so many days; gives how many items. Their objects are
    /// left to the sweeper. Safe with several servers at once.
    task<std::int64_t> purge(std::uint32_t days);

  private:
    task<std::vector<std::string>> destroy_locked(pg::transaction& transaction, caller const& who,
                                                  std::string const& id,
                                                  items::precondition const& expected);

    pg::pool& db_;
    blob::store& store_;
    items::service& items_;
};

} // namespace kinvault::domain::trash
