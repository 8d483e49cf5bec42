// Contacts that an organisation keeps for several items, and their links to items. Used by the
// routes.
#pragma once

#include "domain/access.hpp"
#include "domain/saved_contacts/schema.hpp"
#include "storage/postgres/pool.hpp"

namespace kinvault::domain::saved_contacts {

class service {
  public:
    explicit service(pg::pool& db) : db_(db) {}

    /// By name.
    task<std::vector<saved_contact>> list(caller who);
    task<saved_contact> get(caller who, std::string id);
    task<saved_contact> create(caller who, create_contact sent);
    task<saved_contact> change(caller who, std::string id, change_contact sent);
    /// Its links go with it.
    task<void> remove(caller who, std::string id);

    /// Those of an item, archived or not, oldest link first.
    task<std::vector<linked_contact>> linked(caller who, std::string item_id);
    /// 404 for archived items too, 409 for a contact that is linked already.
    task<linked_contact> link(caller who, std::string item_id, new_link sent);
    task<void> unlink(caller who, std::string item_id, std::string link_id);

  private:
    pg::pool& db_;
};

} // namespace kinvault::domain::saved_contacts
