#include "domain/providers/service.hpp"
#include "server/http/endpoint.hpp"
#include "server/routes/routes.hpp"

namespace kinvault::routes {

using namespace http;
using namespace domain::providers;

void add_provider_routes(router& routes, service const& providers) {
    auto& list = routes.add(endpoint(method::get, "/api/providers/insurance", needs::nothing, 200,
                                     "Lists insurance providers whose name contains a text",
                                     [&](call&, query<list_query> asked) -> task<provider_list> {
                                         co_return providers.list(asked.value);
                                     }));
    auto& one = routes.add(
        endpoint(method::get, "/api/providers/insurance/{name}/details", needs::nothing, 200,
                 "Gives an insurance provider's contacts",
                 [&](call& c) -> task<details> { co_return providers.get(c.parameter("name")); }));
    list.public_data = true;
    one.public_data = true;
}

} // namespace kinvault::routes
