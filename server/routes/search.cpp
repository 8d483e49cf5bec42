#include "domain/search/service.hpp"
#include "server/http/endpoint.hpp"
#include "server/routes/routes.hpp"

namespace kinvault::routes {

using namespace http;
using namespace domain::search;

void add_search_routes(router& routes, service& search) {
    routes.add(endpoint(method::get, "/api/search", needs::viewer, 200,
                        "Finds items by a part of their name or of a plain value",
                        [&](call& c, query<search_query> asked) -> task<domain::items::item_page> {
                            return search.find(c.who(), std::move(asked.value));
                        }));
}

} // namespace kinvault::routes
