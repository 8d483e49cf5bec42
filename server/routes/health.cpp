#include "server/http/endpoint.hpp"
#include "server/routes/routes.hpp"

#include <boost/describe/class.hpp>

namespace kinvault::routes {

using namespace http;

namespace {
struct health {
    std::string status;
};
BOOST_DESCRIBE_STRUCT(health, (), (status))
} // namespace

void add_health_routes(router& routes) {
    auto& route = routes.add(endpoint(method::get, "/api/health", needs::nothing, 200,
                                      "Says that the server answers",
                                      [](call&) -> task<health> { co_return health{"ok"}; }));
    route.public_data = true;
    route.counted = false;
}

} // namespace kinvault::routes
