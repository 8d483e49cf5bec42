#include "domain/pets/service.hpp"
#include "server/http/endpoint.hpp"
#include "server/routes/routes.hpp"

namespace kinvault::routes {

using namespace http;
using namespace domain::pets;

void add_pet_routes(router& routes, service& pets) {
    routes.add(endpoint(method::get, "/api/pets", needs::viewer, 200, "Lists the pets by name",
                        [&](call& c) -> task<std::vector<pet>> { return pets.list(c.who()); }));
    routes.add(endpoint(method::post, "/api/pets", needs::member, 201, "Adds a pet",
                        [&](call& c, body<create_pet> sent) -> task<pet> {
                            return pets.create(c.who(), std::move(sent.value));
                        }));
    routes
        .add(endpoint(
            method::del, "/api/pets/{id}", needs::member, 204, "Removes a pet",
            [&](call& c) -> task<void> { return pets.remove(c.who(), c.parameter("id")); }))
        .refuses(404, "Pet not found");
}

} // namespace kinvault::routes
