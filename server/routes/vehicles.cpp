#include "domain/vehicles/service.hpp"
#include "server/http/endpoint.hpp"
#include "server/routes/routes.hpp"

namespace kinvault::routes {

using namespace http;
using namespace domain::vehicles;

namespace {

void add_assignment_routes(router& routes, service& vehicles) {
    routes
        .add(endpoint(method::get, "/api/vehicles/{id}/policies", needs::viewer, 200,
                      "Lists the auto insurances of a vehicle, newest first",
                      [&](call& c) -> task<std::vector<policy>> {
                          return vehicles.policies(c.who(), c.parameter("id"));
                      }))
        .refuses(404, "Vehicle not found");
    routes
        .add(endpoint(method::get, "/api/vehicles/item/{item_id}", needs::viewer, 200,
                      "Lists the vehicles of an item by name",
                      [&](call& c) -> task<std::vector<vehicle>> {
                          return vehicles.of_item(c.who(), c.parameter("item_id"));
                      }))
        .refuses(404, "Item not found");
    routes
        .add(endpoint(method::post, "/api/vehicles/item/{item_id}", needs::member, 201,
                      "Assigns a vehicle to an item",
                      [&](call& c, body<assign_form> sent) -> task<vehicle> {
                          return vehicles.assign(c.who(), c.parameter("item_id"),
                                                 std::move(sent.value));
                      }))
        .refuses(404, "Item not found")
        .refuses(404, "Vehicle not found")
        .refuses(409, "Vehicle already assigned to this item");
    routes
        .add(endpoint(method::del, "/api/vehicles/item/{item_id}/{vehicle_id}", needs::member, 204,
                      "Takes a vehicle from an item",
                      [&](call& c) -> task<void> {
                          return vehicles.unassign(c.who(), c.parameter("item_id"),
                                                   c.parameter("vehicle_id"));
                      }))
        .refuses(404, "Vehicle assignment not found");
}

} // namespace

void add_vehicle_routes(router& routes, service& vehicles) {
    routes.add(
        endpoint(method::get, "/api/vehicles", needs::viewer, 200, "Lists vehicles by name",
                 [&](call& c, query<schema::page_query> asked) -> task<std::vector<vehicle>> {
                     return vehicles.list(c.who(), asked.value);
                 }));
    routes
        .add(endpoint(method::post, "/api/vehicles", needs::member, 201, "Creates a vehicle",
                      [&](call& c, body<create_vehicle> sent) -> task<vehicle> {
                          return vehicles.create(c.who(), std::move(sent.value));
                      }))
        .refuses(404, "Owner not found")
        .refuses(404, "Primary driver not found");
    routes
        .add(endpoint(
            method::get, "/api/vehicles/{id}", needs::viewer, 200, "Gives a vehicle",
            [&](call& c) -> task<vehicle> { return vehicles.get(c.who(), c.parameter("id")); }))
        .refuses(404, "Vehicle not found");
    routes
        .add(endpoint(method::patch, "/api/vehicles/{id}", needs::member, 200, "Changes a vehicle",
                      [&](call& c, body<change_vehicle> sent) -> task<vehicle> {
                          return vehicles.change(c.who(), c.parameter("id"), std::move(sent.value));
                      }))
        .refuses(404, "Owner not found")
        .refuses(404, "Primary driver not found")
        .refuses(404, "Vehicle not found");
    routes
        .add(endpoint(
            method::del, "/api/vehicles/{id}", needs::member, 204,
            "Removes a vehicle and unassigns it everywhere",
            [&](call& c) -> task<void> { return vehicles.remove(c.who(), c.parameter("id")); }))
        .refuses(404, "Vehicle not found");
    add_assignment_routes(routes, vehicles);
}

} // namespace kinvault::routes
