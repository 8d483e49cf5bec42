// What goes over the wire about organisations and their members (contract, section 3).
#pragma once

#include "domain/schema/types.hpp"
#include "domain/trimmed.hpp"
#include "storage/postgres/record.hpp"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <vector>

namespace kinvault::domain::orgs {

struct member : pg::record {
    std::string id;
    std::string user_id;
    std::string email;
    std::string full_name;
    std::string role;
    schema::timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(member, (), (id, user_id, email, full_name, role, created_at))

struct organization {
    std::string id;
    std::string name;
    std::string created_by;
    schema::timestamp created_at;
    schema::timestamp updated_at;
    std::optional<std::vector<member>> members; ///< only where one organisation is asked for
};
BOOST_DESCRIBE_STRUCT(organization, (), (id, name, created_by, created_at, updated_at, members))

struct name_form {
    trimmed<255, 1> name;
};
BOOST_DESCRIBE_STRUCT(name_form, (), (name))

struct invite_form {
    std::string email;
    schema::or_text<std::string, "member"> role;
};
BOOST_DESCRIBE_STRUCT(invite_form, (), (email, role))

struct role_form {
    std::string role;
};
BOOST_DESCRIBE_STRUCT(role_form, (), (role))

} // namespace kinvault::domain::orgs
