// Example values of the OpenAPI document: one for each name that members and parameters have, as a
// name means the same in every module. Used by document.cpp.
#pragma once

#include <boost/json/object.hpp>

#include <string_view>

namespace kinvault::openapi {

/// Adds `examples` to the properties of all schemas (`components/schemas`).
void add_examples(boost::json::object& schemas);

/// An example for a member or parameter of this name and schema, which may refer to `schemas`.
boost::json::value example_of(std::string_view name, boost::json::object const& schema,
                              boost::json::object const& schemas);

} // namespace kinvault::openapi
