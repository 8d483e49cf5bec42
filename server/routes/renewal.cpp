#include "domain/renewal/service.hpp"
#include "server/http/endpoint.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/versioned.hpp"

namespace kinvault::routes {

using namespace http;

void add_renewal_routes(router& routes, domain::renewal::service& renewal) {
    routes
        .add(endpoint(method::post, "/api/items/{id}/renew", needs::member, 201,
                      "Renews a policy: a copy that starts today, the old one archived",
                      [&](call& c) -> task<domain::items::item> {
                          return versioned(c, renewal.renew(c.who(), c.parameter("id")));
                      }))
        .refuses(400, "This item type cannot be renewed")
        .refuses(404, "Item not found");
}

} // namespace kinvault::routes
