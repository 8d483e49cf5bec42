#include "domain/contacts/service.hpp"
#include "server/http/endpoint.hpp"
#include "server/routes/routes.hpp"

namespace kinvault::routes {

using namespace http;
using namespace domain::contacts;

void add_contact_routes(router& routes, service& contacts) {
    routes.add(endpoint(method::get, "/api/contacts", needs::viewer, 200,
                        "Lists the contacts of an item",
                        [&](call& c, query<list_query> asked) -> task<std::vector<contact>> {
                            return contacts.list(c.who(), std::move(asked.value));
                        }));
    routes
        .add(endpoint(method::post, "/api/contacts", needs::member, 201,
                      "Adds a contact to an item",
                      [&](call& c, body<create_contact> sent) -> task<contact> {
                          return contacts.create(c.who(), std::move(sent.value));
                      }))
        .refuses(404, "Item not found");
    routes
        .add(endpoint(method::put, "/api/contacts/reorder", needs::member, 200,
                      "Sets the sort orders of an item's contacts",
                      [&](call& c, body<new_order> sent) -> task<done> {
                          return contacts.reorder(c.who(), std::move(sent.value));
                      }))
        .refuses(404, "Item not found");
    routes
        .add(endpoint(method::patch, "/api/contacts/{id}", needs::member, 200, "Changes a contact",
                      [&](call& c, body<change_contact> sent) -> task<contact> {
                          return contacts.change(c.who(), c.parameter("id"), std::move(sent.value));
                      }))
        .refuses(404, "Contact not found");
    routes
        .add(endpoint(
            method::del, "/api/contacts/{id}", needs::member, 204, "Removes a contact",
            [&](call& c) -> task<void> { return contacts.remove(c.who(), c.parameter("id")); }))
        .refuses(404, "Contact not found");
}

} // namespace kinvault::routes
