#include "domain/categories/service.hpp"
#include "server/http/endpoint.hpp"
#include "server/routes/routes.hpp"

namespace kinvault::routes {

using namespace http;
using namespace domain::categories;

void add_category_routes(router& routes, service& categories) {
    routes.add(endpoint(
        method::get, "/api/categories", needs::viewer, 200,
        "Lists the categories with the number of their items",
        [&](call& c) -> task<std::vector<category_summary>> { return categories.list(c.who()); }));
    routes
        .add(endpoint(method::get, "/api/categories/{slug}", needs::viewer, 200,
                      "Gives a category with its subcategories and their fields",
                      [&](call& c) -> task<category> {
                          return categories.get(c.who(), c.parameter("slug"));
                      }))
        .refuses(404, "Category not found");
}

} // namespace kinvault::routes
