#include "domain/coverage/service.hpp"
#include "server/http/endpoint.hpp"
#include "server/routes/routes.hpp"

namespace kinvault::routes {

using namespace http;
using namespace domain::coverage;

namespace {

void add_provider_routes(router& routes, service& coverage) {
    routes
        .add(endpoint(method::get, "/api/coverage/providers", needs::viewer, 200,
                      "Lists the providers in the network of an insurance, oldest first",
                      [&](call& c, query<item_query> asked) -> task<std::vector<provider>> {
                          return coverage.providers(c.who(), std::move(asked.value));
                      }))
        .refuses(404, "Item not found");
    routes
        .add(endpoint(method::post, "/api/coverage/providers", needs::member, 201,
                      "Adds a provider to the network of an insurance",
                      [&](call& c, body<create_provider> sent) -> task<provider> {
                          return coverage.add_provider(c.who(), std::move(sent.value));
                      }))
        .refuses(404, "Item not found");
    routes
        .add(endpoint(method::del, "/api/coverage/providers/{id}", needs::member, 204,
                      "Removes a provider",
                      [&](call& c) -> task<void> {
                          return coverage.remove_provider(c.who(), c.parameter("id"));
                      }))
        .refuses(404, "Provider not found");
}

} // namespace

void add_coverage_routes(router& routes, service& coverage) {
    routes
        .add(endpoint(method::get, "/api/coverage/rows", needs::viewer, 200,
                      "Lists what an insurance covers",
                      [&](call& c, query<item_query> asked) -> task<std::vector<coverage_row>> {
                          return coverage.rows(c.who(), std::move(asked.value));
                      }))
        .refuses(404, "Item not found");
    routes
        .add(endpoint(method::put, "/api/coverage/rows", needs::member, 200,
                      "Replaces all of what an insurance covers",
                      [&](call& c, body<new_rows> sent) -> task<std::vector<coverage_row>> {
                          return coverage.replace_rows(c.who(), std::move(sent.value));
                      }))
        .refuses(404, "Item not found");
    routes
        .add(endpoint(method::get, "/api/coverage/limits", needs::viewer, 200,
                      "Lists the plan limits of an insurance",
                      [&](call& c, query<item_query> asked) -> task<std::vector<plan_limit>> {
                          return coverage.limits(c.who(), std::move(asked.value));
                      }))
        .refuses(404, "Item not found");
    routes
        .add(endpoint(method::put, "/api/coverage/limits", needs::member, 200,
                      "Replaces all plan limits of an insurance",
                      [&](call& c, body<new_limits> sent) -> task<std::vector<plan_limit>> {
                          return coverage.replace_limits(c.who(), std::move(sent.value));
                      }))
        .refuses(404, "Item not found");
    add_provider_routes(routes, coverage);
}

} // namespace kinvault::routes
