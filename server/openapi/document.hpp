// The OpenAPI document (3.1) of the routes: paths, parameters, bodies, answers, refusals, roles and
// examples, all from the table of routes and the described structs. Used by the route that serves
// it.
#pragma once

#include "server/http/router.hpp"

#include <string>

namespace kinvault::openapi {

/// The document as compact JSON. Takes some milliseconds.
std::string make_document(http::router const& routes);

} // namespace kinvault::openapi
