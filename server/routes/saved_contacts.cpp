#include "domain/saved_contacts/service.hpp"
#include "server/http/endpoint.hpp"
#include "server/routes/routes.hpp"

namespace kinvault::routes {

using namespace http;
using namespace domain::saved_contacts;

namespace {

void add_link_routes(router& routes, service& contacts) {
    routes
        .add(endpoint(method::get, "/api/saved-contacts/item/{item_id}", needs::viewer, 200,
                      "Lists the saved contacts of an item",
                      [&](call& c) -> task<std::vector<linked_contact>> {
                          return contacts.linked(c.who(), c.parameter("item_id"));
                      }))
        .refuses(404, "Item not found");
    routes
        .add(endpoint(method::post, "/api/saved-contacts/item/{item_id}", needs::member, 201,
                      "Links a saved contact to an item",
                      [&](call& c, body<new_link> sent) -> task<linked_contact> {
                          return contacts.link(c.who(), c.parameter("item_id"),
                                               std::move(sent.value));
                      }))
        .refuses(404, "Item not found")
        .refuses(404, "Saved contact not found")
        .refuses(409, "Contact already linked to this item");
    routes
        .add(endpoint(method::del, "/api/saved-contacts/item/{item_id}/{link_id}", needs::member,
                      204, "Unlinks a saved contact from an item",
                      [&](call& c) -> task<void> {
                          return contacts.unlink(c.who(), c.parameter("item_id"),
                                                 c.parameter("link_id"));
                      }))
        .refuses(404, "Link not found");
}

} // namespace

void add_saved_contact_routes(router& routes, service& contacts) {
    routes.add(endpoint(
        method::get, "/api/saved-contacts", needs::viewer, 200, "Lists the saved contacts by name",
        [&](call& c) -> task<std::vector<saved_contact>> { return contacts.list(c.who()); }));
    routes.add(endpoint(method::post, "/api/saved-contacts", needs::member, 201, "Saves a contact",
                        [&](call& c, body<create_contact> sent) -> task<saved_contact> {
                            return contacts.create(c.who(), std::move(sent.value));
                        }));
    routes
        .add(endpoint(method::get, "/api/saved-contacts/{id}", needs::viewer, 200,
                      "Gives a saved contact",
                      [&](call& c) -> task<saved_contact> {
                          return contacts.get(c.who(), c.parameter("id"));
                      }))
        .refuses(404, "Saved contact not found");
    routes
        .add(endpoint(method::patch, "/api/saved-contacts/{id}", needs::member, 200,
                      "Changes a saved contact",
                      [&](call& c, body<change_contact> sent) -> task<saved_contact> {
                          return contacts.change(c.who(), c.parameter("id"), std::move(sent.value));
                      }))
        .refuses(404, "Saved contact not found");
    routes
        .add(endpoint(
            method::del, "/api/saved-contacts/{id}", needs::member, 204,
            "Removes a saved contact and its links",
            [&](call& c) -> task<void> { return contacts.remove(c.who(), c.parameter("id")); }))
        .refuses(404, "Saved contact not found");
    add_link_routes(routes, contacts);
}

} // namespace kinvault::routes
