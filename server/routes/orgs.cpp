#include "domain/orgs/service.hpp"
#include "server/http/endpoint.hpp"
#include "server/routes/routes.hpp"

namespace kinvault::routes {

using namespace http;
using namespace domain::orgs;

namespace {
constexpr std::string_view for_admins = "Needs the role admin in the organisation of the path.";
}

// The role counts in the organisation of the path, not in the active one, so the routes themselves
// need a session only.
void add_org_routes(router& routes, service& orgs) {
    routes.add(endpoint(
        method::get, "/api/orgs", needs::session, 200, "Lists the organisations of the user",
        [&](call& c) -> task<std::vector<organization>> { return orgs.list(c.who()); }));
    routes.add(endpoint(method::post, "/api/orgs", needs::session, 201,
                        "Creates an organisation that the user owns",
                        [&](call& c, body<name_form> sent) -> task<organization> {
                            return orgs.create(c.who(), std::move(sent.value));
                        }));
    routes
        .add(endpoint(
            method::get, "/api/orgs/{id}", needs::session, 200,
            "Gives an organisation with its members",
            [&](call& c) -> task<organization> { return orgs.get(c.who(), c.parameter("id")); }))
        .refuses(403, "Not a member of this organization");
    routes
        .add(endpoint(method::put, "/api/orgs/{id}", needs::session, 200, "Renames an organisation",
                      [&](call& c, body<name_form> sent) -> task<organization> {
                          return orgs.rename(c.who(), c.parameter("id"), std::move(sent.value));
                      }))
        .explain(for_admins)
        .refuses(403, "Not a member of this organization")
        .refuses(403, "Insufficient permissions");
    routes
        .add(endpoint(method::post, "/api/orgs/{id}/invite", needs::session, 201,
                      "Makes somebody a member who has an account",
                      [&](call& c, body<invite_form> sent) -> task<member> {
                          return orgs.invite(c.who(), c.parameter("id"), std::move(sent.value));
                      }))
        .explain(for_admins)
        .refuses(400, "Invalid role: X")
        .refuses(400, "Cannot invite as owner")
        .refuses(403, "Not a member of this organization")
        .refuses(403, "Insufficient permissions")
        .refuses(404, "User not found")
        .refuses(409, "User already a member");
    routes
        .add(endpoint(method::put, "/api/orgs/{id}/members/{user_id}", needs::session, 200,
                      "Changes the role of a member",
                      [&](call& c, body<role_form> sent) -> task<member> {
                          return orgs.change_role(c.who(), c.parameter("id"),
                                                  c.parameter("user_id"), std::move(sent.value));
                      }))
        .explain(for_admins)
        .refuses(400, "Invalid role: X")
        .refuses(400, "Cannot assign owner role")
        .refuses(400, "Cannot change owner's role")
        .refuses(403, "Not a member of this organization")
        .refuses(403, "Insufficient permissions")
        .refuses(404, "Member not found");
    routes
        .add(endpoint(method::del, "/api/orgs/{id}/members/{user_id}", needs::session, 204,
                      "Ends a membership and the access that came with it",
                      [&](call& c) -> task<void> {
                          return orgs.remove_member(c.who(), c.parameter("id"),
                                                    c.parameter("user_id"));
                      }))
        .explain("Admins of the organisation remove members, its owner admins too; everybody but "
                 "the owner may leave.")
        .refuses(400, "Cannot remove the owner")
        .refuses(403, "Not a member of this organization")
        .refuses(403, "Insufficient permissions")
        .refuses(404, "Member not found");
}

} // namespace kinvault::routes
