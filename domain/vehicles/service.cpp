#include "domain/vehicles/service.hpp"

#include "domain/vehicles/model.hpp"
#include "sql/statements.hpp"

namespace kinvault::domain::vehicles {

namespace {

constexpr std::string_view vehicle_not_found = "Vehicle not found";

/// 404 when the statement did not find what it looked for beside its rows.
void require_known(pg::result const& result, std::string_view detail) {
    if (!pg::read_row<known_row>(result, 0).known_id) refuse(404, detail);
}

void require_people(pg::result const& result) {
    auto const people = pg::read_row<people_row>(result, 0);
    if (!people.has_owner) refuse(404, "Owner not found");
    if (!people.has_driver) refuse(404, "Primary driver not found");
}

} // namespace

task<std::vector<vehicle>> service::list(caller who, schema::page_query query) {
    pg::parameters parameters(who.token_hash, who.org_id, *query.limit, query.offset());
    auto const result = co_await db_.run(sql::vehicles::page, std::move(parameters));
    admit(who, result);
    co_return found_rows<vehicle>(result);
}

task<vehicle> service::get(caller who, std::string id) {
    pg::parameters parameters(who.token_hash, who.org_id, id);
    auto const result = co_await db_.run(sql::vehicles::by_id, std::move(parameters));
    admit(who, result);
    co_return found_row<vehicle>(result, vehicle_not_found);
}

task<vehicle> service::create(caller who, create_vehicle sent) {
    pg::parameters parameters(who.token_hash, who.org_id, sent.name, sent.license_plate, sent.vin,
                              sent.acquired_date, sent.owner_id, sent.primary_driver_id);
    auto const result = co_await db_.run(sql::vehicles::create, std::move(parameters));
    admit(who, result);
    require_people(result);
    co_return found_row<vehicle>(result, vehicle_not_found);
}

task<vehicle> service::change(caller who, std::string id, change_vehicle sent) {
    pg::parameters parameters(who.token_hash, who.org_id, id, sent.name);
    add_patch(parameters, sent.license_plate);
    add_patch(parameters, sent.vin);
    add_patch(parameters, sent.acquired_date);
    add_patch(parameters, sent.owner_id);
    add_patch(parameters, sent.primary_driver_id);
    auto const result = co_await db_.run(sql::vehicles::change, std::move(parameters));
    admit(who, result);
    require_known(result, vehicle_not_found);
    require_people(result);
    co_return found_row<vehicle>(result, vehicle_not_found);
}

task<void> service::remove(caller who, std::string id) {
    pg::parameters parameters(who.token_hash, who.org_id, id);
    auto const result = co_await db_.run(sql::vehicles::remove, std::move(parameters));
    admit(who, result);
    if (!found(result)) refuse(404, vehicle_not_found);
}

task<std::vector<policy>> service::policies(caller who, std::string id) {
    pg::parameters parameters(who.token_hash, who.org_id, id);
    auto const result = co_await db_.run(sql::vehicles::policies, std::move(parameters));
    admit(who, result);
    require_known(result, vehicle_not_found);
    co_return found_rows<policy>(result);
}

task<std::vector<vehicle>> service::of_item(caller who, std::string item_id) {
    pg::parameters parameters(who.token_hash, who.org_id, item_id);
    auto const result = co_await db_.run(sql::vehicles::of_item, std::move(parameters));
    admit(who, result);
    require_known(result, item_not_found);
    co_return found_rows<vehicle>(result);
}

task<vehicle> service::assign(caller who, std::string item_id, assign_form sent) {
    pg::parameters parameters(who.token_hash, who.org_id, item_id, sent.vehicle_id);
    auto const result = co_await db_.run(sql::vehicles::assign, std::move(parameters));
    admit(who, result);
    auto const ends = pg::read_row<ends_row>(result, 0);
    if (!ends.item_id) refuse(404, item_not_found);
    if (!ends.vehicle_id) refuse(404, vehicle_not_found);
    if (!found(result)) refuse(409, "Vehicle already assigned to this item");
    co_return pg::read_row<vehicle>(result, 0);
}

task<void> service::unassign(caller who, std::string item_id, std::string vehicle_id) {
    pg::parameters parameters(who.token_hash, who.org_id, item_id, vehicle_id);
    auto const result = co_await db_.run(sql::vehicles::unassign, std::move(parameters));
    admit(who, result);
    if (!found(result)) refuse(404, "Vehicle assignment not found");
}

} // namespace kinvault::domain::vehicles
