// What goes over the wire about pets.
#pragma once

#include "domain/schema/types.hpp"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>

namespace kinvault::domain::pets {

struct pet {
    std::string id;
    std::string name;
    std::optional<schema::date> born;
    schema::timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(pet, (), (id, name, born, created_at))

struct create_pet {
    schema::text<100, 1> name;
    std::optional<schema::date> born;
};
BOOST_DESCRIBE_STRUCT(create_pet, (), (name, born))

} // namespace kinvault::domain::pets
