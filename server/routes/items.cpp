#include "domain/items/service.hpp"
#include "server/http/endpoint.hpp"
#include "server/routes/routes.hpp"

namespace kinvault::routes {

using namespace http;
using namespace domain::items;

void add_item_routes(router& routes, service& items) {
    routes.add(endpoint(method::get, "/api/items", needs::viewer, 200, "Lists items, newest first",
                        [&](call& c, query<list_query> asked) -> task<item_page> {
                            return items.list(c.who(), std::move(asked.value));
                        }));
    routes
        .add(endpoint(method::post, "/api/items", needs::member, 201, "Creates an item",
                      [&](call& c, body<create_item> sent) -> task<item> {
                          return items.create(c.who(), std::move(sent.value));
                      }))
        .refuses(400, "Invalid category: X")
        .refuses(400, "Invalid subcategory: X");
    routes.add(
        endpoint(method::get, "/api/items/migration/status", needs::viewer, 200,
                 "Counts what is still encrypted by the server",
                 [&](call& c) -> task<migration_status> { return items.migration(c.who()); }));
    routes
        .add(endpoint(method::get, "/api/items/{id}", needs::viewer, 200,
                      "Gives an item, archived ones too",
                      [&](call& c) -> task<item> { return items.get(c.who(), c.parameter("id")); }))
        .refuses(404, "Item not found");
    routes
        .add(endpoint(method::patch, "/api/items/{id}", needs::member, 200,
                      "Changes an item; fields replace all values",
                      [&](call& c, body<change_item> sent) -> task<item> {
                          return items.change(c.who(), c.parameter("id"), std::move(sent.value));
                      }))
        .refuses(404, "Item not found");
    routes
        .add(endpoint(
            method::del, "/api/items/{id}", needs::member, 204, "Archives an item",
            [&](call& c) -> task<void> { return items.archive(c.who(), c.parameter("id")); }))
        .refuses(404, "Item not found");
}

} // namespace kinvault::routes
