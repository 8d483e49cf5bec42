#include "domain/audit/service.hpp"
#include "server/http/endpoint.hpp"
#include "server/routes/routes.hpp"

namespace kinvault::routes {

using namespace http;
using namespace domain::audit;

void add_audit_routes(router& routes, service& audit) {
    routes.add(endpoint(method::get, "/api/audit", needs::admin, 200,
                        "Lists who changed access, keys and files, newest first",
                        [&](call& c, query<page_query> asked) -> task<std::vector<shown_entry>> {
                            return audit.page(c.who(), std::move(asked.value));
                        }));
}

} // namespace kinvault::routes
