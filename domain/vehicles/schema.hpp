// What goes over the wire about vehicles and their assignment to items (contract, section 10).
#pragma once

#include "domain/schema/types.hpp"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>

namespace kinvault::domain::vehicles {

struct vehicle {
    std::string id;
    std::string name;
    std::optional<std::string> license_plate;
    std::optional<std::string> vin;
    std::optional<schema::date> acquired_date;
    std::optional<std::string> owner_id; ///< of a person
    std::optional<std::string> primary_driver_id;
    std::optional<std::string> owner_name;
    std::optional<std::string> primary_driver_name;
    schema::timestamp created_at;
    schema::timestamp updated_at;
};
BOOST_DESCRIBE_STRUCT(vehicle, (),
                      (id, name, license_plate, vin, acquired_date, owner_id, primary_driver_id,
                       owner_name, primary_driver_name, created_at, updated_at))

struct create_vehicle {
    schema::text<100> name;
    std::optional<schema::text<20>> license_plate;
    std::optional<schema::text<17>> vin;
    std::optional<schema::date> acquired_date;
    std::optional<std::string> owner_id;
    std::optional<std::string> primary_driver_id;
};
BOOST_DESCRIBE_STRUCT(create_vehicle, (),
                      (name, license_plate, vin, acquired_date, owner_id, primary_driver_id))

/// Null leaves the name as it is.
struct change_vehicle {
    std::optional<schema::text<100>> name;
    schema::patch<schema::text<20>> license_plate;
    schema::patch<schema::text<17>> vin;
    schema::patch<schema::date> acquired_date;
    schema::patch<std::string> owner_id;
    schema::patch<std::string> primary_driver_id;
};
BOOST_DESCRIBE_STRUCT(change_vehicle, (),
                      (name, license_plate, vin, acquired_date, owner_id, primary_driver_id))

/// An item that insures a vehicle.
struct policy {
    std::string id;
    std::string name;
    bool is_archived = false;
    schema::timestamp created_at;
    schema::timestamp updated_at;
};
BOOST_DESCRIBE_STRUCT(policy, (), (id, name, is_archived, created_at, updated_at))

struct assign_form {
    std::string vehicle_id;
};
BOOST_DESCRIBE_STRUCT(assign_form, (), (vehicle_id))

} // namespace kinvault::domain::vehicles
