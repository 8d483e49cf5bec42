// The vehicles of an organisation, whose they are, and which items they are assigned to. Used by
// the routes.
#pragma once

#include "domain/access.hpp"
#include "domain/vehicles/schema.hpp"
#include "storage/postgres/pool.hpp"

#include <string>
#include <vector>

namespace kinvault::domain::vehicles {

class service {
  public:
    explicit service(pg::pool& db) : db_(db) {}

    /// By name.
    task<std::vector<vehicle>> list(caller who, schema::page_query query);
    task<vehicle> get(caller who, std::string id);
    /// 404 for an owner or driver who is not of the organisation.
    task<vehicle> create(caller who, create_vehicle sent);
    task<vehicle> change(caller who, std::string id, change_vehicle sent);
    /// Unassigns it everywhere.
    task<void> remove(caller who, std::string id);
    /// The auto insurances it is assigned to, archived ones too, the newest first.
    task<std::vector<policy>> policies(caller who, std::string id);

    /// Of an item, archived ones too, by name.
    task<std::vector<vehicle>> of_item(caller who, std::string item_id);
    /// 404 for archived items, 409 when it is assigned already.
    task<vehicle> assign(caller who, std::string item_id, assign_form sent);
    task<void> unassign(caller who, std::string item_id, std::string vehicle_id);

  private:
    pg::pool& db_;
};

} // namespace kinvault::domain::vehicles
