// Rows of the statements about vehicles, where they are not what goes over the wire. Used by the
// vehicles service only.
#pragma once

#include <boost/describe/class.hpp>

#include <optional>
#include <string>

namespace kinvault::domain::vehicles {

/// Whether the people a vehicle is to refer to are there, or none was named.
struct people_row {
    bool has_owner = false;
    bool has_driver = false;
};
BOOST_DESCRIBE_STRUCT(people_row, (), (has_owner, has_driver))

/// What else a statement looked for, as far as it was found.
struct known_row {
    std::optional<std::string> known_id;
};
BOOST_DESCRIBE_STRUCT(known_row, (), (known_id))

/// The item and the vehicle of an assignment, as far as they were found.
struct ends_row {
    std::optional<std::string> item_id;
    std::optional<std::string> vehicle_id;
};
BOOST_DESCRIBE_STRUCT(ends_row, (), (item_id, vehicle_id))

} // namespace kinvault::domain::vehicles
