#include "domain/dashboard/service.hpp"
#include "server/http/endpoint.hpp"
#include "server/routes/routes.hpp"

namespace kinvault::routes {

using namespace http;
using namespace domain::dashboard;

void add_dashboard_routes(router& routes, service& dashboard) {
    routes
        .add(endpoint(method::get, "/api/dashboard/stats", needs::session, 200,
                      "Counts what is in the vault and adds up the premiums of a year",
                      [&](call& c) -> task<stats> { return dashboard.get(c.who()); }))
        .refuses(403, "Not a member of this organization");
}

} // namespace kinvault::routes
