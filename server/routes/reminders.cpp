#include "domain/reminders/service.hpp"
#include "server/http/endpoint.hpp"
#include "server/routes/routes.hpp"

namespace kinvault::routes {

using namespace http;
using namespace domain::reminders;

void add_reminder_routes(router& routes, service& reminders) {
    routes.add(endpoint(
        method::get, "/api/reminders", needs::viewer, 200,
        "Lists what is overdue or due within 90 days",
        [&](call& c) -> task<std::vector<reminder>> { return reminders.upcoming(c.who()); }));
    routes.add(endpoint(
        method::get, "/api/reminders/overdue", needs::viewer, 200, "Lists what is overdue",
        [&](call& c) -> task<std::vector<reminder>> { return reminders.overdue(c.who()); }));
    routes.add(endpoint(method::get, "/api/reminders/custom", needs::viewer, 200,
                        "Lists all reminders of an item",
                        [&](call& c, query<item_query> asked) -> task<std::vector<reminder>> {
                            return reminders.of_item(c.who(), std::move(asked.value));
                        }));
    routes
        .add(endpoint(method::post, "/api/reminders/custom", needs::member, 201,
                      "Makes a reminder for an item",
                      [&](call& c, body<create_reminder> sent) -> task<reminder> {
                          return reminders.create(c.who(), std::move(sent.value));
                      }))
        .refuses(404, "Item not found");
    routes
        .add(endpoint(method::patch, "/api/reminders/custom/{id}", needs::member, 200,
                      "Changes a reminder; a generated one becomes one's own",
                      [&](call& c, body<change_reminder> sent) -> task<reminder> {
                          return reminders.change(c.who(), c.parameter("id"),
                                                  std::move(sent.value));
                      }))
        .refuses(404, "Reminder not found");
    routes
        .add(endpoint(
            method::del, "/api/reminders/custom/{id}", needs::member, 204, "Deletes a reminder",
            [&](call& c) -> task<void> { return reminders.remove(c.who(), c.parameter("id")); }))
        .refuses(404, "Reminder not found");
    routes
        .add(endpoint(method::post, "/api/reminders/generate-business-reminders/{item_id}",
                      needs::member, 201, "Makes the reminders of a business anew",
                      [&](call& c) -> task<generated_reminders> {
                          return reminders.generate(c.who(), c.parameter("item_id"));
                      }))
        .refuses(400, "Reminders can only be generated for business items")
        .refuses(400, "Reminders can only be generated for LLCs and Corporations")
        .refuses(404, "Item not found");
}

} // namespace kinvault::routes
