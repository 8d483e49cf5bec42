#include "domain/visas/service.hpp"
#include "server/http/endpoint.hpp"
#include "server/routes/routes.hpp"

namespace kinvault::routes {

using namespace http;
using namespace domain::visas;

void add_visa_routes(router& routes, service const& visas) {
    auto& countries = routes.add(endpoint(
        method::get, "/api/visas/countries", needs::nothing, 200, "Lists the countries with visas",
        [&](call&) -> task<country_list> { co_return visas.countries(); }));
    auto& types = routes.add(endpoint(
        method::get, "/api/visas/types/{country}", needs::nothing, 200,
        "Lists the types of visas of a country",
        [&](call& c) -> task<visa_types> { co_return visas.types(c.parameter("country")); }));
    auto& contacts =
        routes.add(endpoint(method::get, "/api/visas/contacts/{country}", needs::nothing, 200,
                            "Lists whom to ask about visas", [&](call& c) -> task<visa_contacts> {
                                co_return visas.contacts(c.parameter("country"));
                            }));
    countries.public_data = true;
    types.public_data = true;
    contacts.public_data = true;
}

} // namespace kinvault::routes
