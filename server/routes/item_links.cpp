#include "domain/item_links/service.hpp"
#include "server/http/endpoint.hpp"
#include "server/routes/routes.hpp"

namespace kinvault::routes {

using namespace http;
using namespace domain::item_links;

void add_item_link_routes(router& routes, service& links) {
    routes
        .add(endpoint(method::get, "/api/item-links/children/{parent_id}", needs::viewer, 200,
                      "Lists the items of a business",
                      [&](call& c, query<type_query> asked) -> task<std::vector<linked_child>> {
                          return links.children(c.who(), c.parameter("parent_id"),
                                                std::move(asked.value));
                      }))
        .refuses(404, "Item not found");
    routes
        .add(endpoint(method::get, "/api/item-links/parent/{child_id}", needs::viewer, 200,
                      "Gives the business of an item, or null",
                      [&](call& c, query<type_query> asked) -> task<std::optional<linked_parent>> {
                          return links.parent(c.who(), c.parameter("child_id"),
                                              std::move(asked.value));
                      }))
        .refuses(404, "Item not found");
    routes
        .add(endpoint(method::post, "/api/item-links/{child_id}", needs::member, 201,
                      "Links an item to a business",
                      [&](call& c, body<new_link> sent) -> task<linked_parent> {
                          return links.link(c.who(), c.parameter("child_id"),
                                            std::move(sent.value));
                      }))
        .refuses(400, "Parent item must be a business entity (corporation, llc, …)")
        .refuses(400, "Child item must be a linkable type (bop, business_license, …)")
        .refuses(404, "Item not found")
        .refuses(409, "This item is already linked to a business");
    routes
        .add(endpoint(method::del, "/api/item-links/{child_id}", needs::member, 204,
                      "Unlinks an item from its business",
                      [&](call& c, query<type_query> asked) -> task<void> {
                          return links.unlink(c.who(), c.parameter("child_id"),
                                              std::move(asked.value));
                      }))
        .refuses(404, "Link not found");
}

} // namespace kinvault::routes
