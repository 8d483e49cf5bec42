#include "domain/items/service.hpp"
#include "domain/trash/service.hpp"
#include "server/http/endpoint.hpp"
#include "server/http/range.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/versioned.hpp"

namespace kinvault::routes {

using namespace http;
using namespace domain::items;

namespace {

/// What is asked for with DELETE.
struct removal_query {
    schema::or_default<bool, false> permanent; ///< for good, with its files: for admins
};
BOOST_DESCRIBE_STRUCT(removal_query, (), (permanent))

/// The versions under which a change is wanted (If-Match), if the client says.
precondition expected_by(call const& c) {
    auto tags = read_if_match(c.head());
    if (!tags) return std::nullopt;
    return expected_versions{std::move(*tags)};
}

task<void> remove(call& c, service& items, domain::trash::service& trash, removal_query asked) {
    auto expected = expected_by(c);
    if (*asked.permanent) return trash.destroy(c.who(), c.parameter("id"), std::move(expected));
    return items.archive(c.who(), c.parameter("id"), std::move(expected));
}

/// Declares what a route does with If-Match.
route& keeps_versions(route& declared) {
    also_gives<changed_item>(declared, 412,
                             "The item is none of those that If-Match names: this is what it is");
    return declared.refuses(404, domain::item_not_found);
}

void add_trash_routes(router& routes, service& items, domain::trash::service& trash) {
    keeps_versions(
        routes
            .add(endpoint(method::del, "/api/items/{id}", needs::member, 204,
                          "Archives an item, or removes it for good",
                          [&](call& c, query<removal_query> asked) -> task<void> {
                              return remove(c, items, trash, asked.value);
                          }))
            .explain("With permanent=true it is removed with its files and all that belongs to "
                     "it, archived or not; that is for admins. If-Match as with PATCH."));
    routes
        .add(endpoint(method::post, "/api/items/{id}/restore", needs::member, 200,
                      "Brings an archived item back",
                      [&](call& c) -> task<item> {
                          return versioned(c, trash.restore(c.who(), c.parameter("id")));
                      }))
        .refuses(404, domain::item_not_found);
}

} // namespace

void add_item_routes(router& routes, service& items, domain::trash::service& trash) {
    routes.add(endpoint(method::get, "/api/items", needs::viewer, 200, "Lists items, newest first",
                        [&](call& c, query<list_query> asked) -> task<item_page> {
                            return items.list(c.who(), std::move(asked.value));
                        }));
    routes
        .add(endpoint(method::post, "/api/items", needs::member, 201, "Creates an item",
                      [&](call& c, body<create_item> sent) -> task<item> {
                          return versioned(c, items.create(c.who(), std::move(sent.value)));
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
                      [&](call& c) -> task<item> {
                          return versioned(c, items.get(c.who(), c.parameter("id")));
                      }))
        .explain("Its ETag names what is shown of it: name, notes, values, files, whether it is "
                 "archived.")
        .also(304, "The item has the ETag of If-None-Match")
        .refuses(404, domain::item_not_found);
    keeps_versions(
        routes
            .add(endpoint(method::patch, "/api/items/{id}", needs::member, 200,
                          "Changes an item; fields replace all values",
                          [&](call& c, body<change_item> sent) -> task<item> {
                              return versioned(c,
                                               items.change(c.who(), c.parameter("id"),
                                                            std::move(sent.value), expected_by(c)));
                          }))
            .explain("With If-Match, an ETag from before, only if nobody has changed the item "
                     "since; without, whatever it has become."));
    add_trash_routes(routes, items, trash);
}

} // namespace kinvault::routes
