#include "domain/people/service.hpp"
#include "server/http/endpoint.hpp"
#include "server/routes/routes.hpp"

namespace kinvault::routes {

using namespace http;
using namespace domain::people;

namespace {

void add_link_routes(router& routes, service& people) {
    routes
        .add(endpoint(method::get, "/api/people/item/{item_id}", needs::viewer, 200,
                      "Lists the people of an item, the oldest link first",
                      [&](call& c) -> task<std::vector<linked_person>> {
                          return people.of_item(c.who(), c.parameter("item_id"));
                      }))
        .refuses(404, "Item not found");
    routes
        .add(endpoint(method::post, "/api/people/item/{item_id}", needs::member, 201,
                      "Links a person to an item",
                      [&](call& c, body<link_form> sent) -> task<linked_person> {
                          return people.link(c.who(), c.parameter("item_id"),
                                             std::move(sent.value));
                      }))
        .refuses(404, "Item not found")
        .refuses(404, "Person not found")
        .refuses(409, "Person already linked with this role");
    routes
        .add(endpoint(method::del, "/api/people/item/{item_id}/{link_id}", needs::member, 204,
                      "Unlinks a person from an item",
                      [&](call& c) -> task<void> {
                          return people.unlink(c.who(), c.parameter("item_id"),
                                               c.parameter("link_id"));
                      }))
        .refuses(404, "Link not found");
}

} // namespace

void add_people_routes(router& routes, service& people) {
    routes.add(endpoint(method::get, "/api/people", needs::viewer, 200,
                        "Lists people by last, then first name",
                        [&](call& c, query<schema::page_query> asked) -> task<std::vector<person>> {
                            return people.list(c.who(), asked.value);
                        }));
    routes
        .add(endpoint(method::post, "/api/people", needs::member, 201,
                      "Creates a person and invites them, if they may log in",
                      [&](call& c, body<create_person> sent) -> task<person> {
                          return people.create(c.who(), std::move(sent.value));
                      }))
        .refuses(400, "Email is required to grant login access");
    routes
        .add(endpoint(
            method::get, "/api/people/{id}", needs::viewer, 200, "Gives a person",
            [&](call& c) -> task<person> { return people.get(c.who(), c.parameter("id")); }))
        .refuses(404, "Person not found");
    routes
        .add(endpoint(method::patch, "/api/people/{id}", needs::member, 200,
                      "Changes a person, with the access that comes or goes with it",
                      [&](call& c, body<change_person> sent) -> task<person> {
                          return people.change(c.who(), c.parameter("id"), std::move(sent.value));
                      }))
        .refuses(400, "Email is required to grant login access")
        .refuses(400, "Cannot remove the owner")
        .refuses(404, "Person not found");
    routes
        .add(endpoint(
            method::del, "/api/people/{id}", needs::member, 204,
            "Removes a person and their access",
            [&](call& c) -> task<void> { return people.remove(c.who(), c.parameter("id")); }))
        .refuses(400, "Cannot remove the owner")
        .refuses(404, "Person not found");
    routes
        .add(endpoint(method::post, "/api/people/{id}/resend-invite", needs::member, 200,
                      "Makes and sends a new invitation",
                      [&](call& c) -> task<message_answer> {
                          return people.resend_invite(c.who(), c.parameter("id"));
                      }))
        .refuses(400, "Person does not have login access enabled")
        .refuses(400, "Person already has an active account")
        .refuses(400, "Person has no email address")
        .refuses(404, "Person not found");
    routes
        .add(endpoint(method::get, "/api/people/{id}/invite-link", needs::member, 200,
                      "Gives the link of the open invitation",
                      [&](call& c) -> task<invite_link> {
                          return people.link_of_invite(c.who(), c.parameter("id"));
                      }))
        .refuses(404, "Person not found")
        .refuses(404, "No active invitation found");
    add_link_routes(routes, people);
}

} // namespace kinvault::routes
