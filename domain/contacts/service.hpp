// The contacts of an item: whom to call about it. Used by the routes.
#pragma once

#include "domain/access.hpp"
#include "domain/contacts/schema.hpp"
#include "storage/postgres/pool.hpp"

namespace kinvault::domain::contacts {

class service {
  public:
    explicit service(pg::pool& db) : db_(db) {}

    /// By sort order, then age; none for unknown items, archived items have theirs.
    task<std::vector<contact>> list(caller who, list_query query);
    /// 404 for unknown and archived items.
    task<contact> create(caller who, create_contact sent);
    /// Passes over what is no contact of this item.
    task<done> reorder(caller who, new_order sent);
    /// 404 also for contacts of archived items: these stay as they are.
    task<contact> change(caller who, std::string id, change_contact sent);
    task<void> remove(caller who, std::string id);

  private:
    task<contact> create_locked(pg::transaction& transaction, caller const& who, contact made);
    task<contact> change_locked(pg::transaction& transaction, caller const& who,
                                std::string const& id, change_contact const& sent);

    pg::pool& db_;
};

} // namespace kinvault::domain::contacts
