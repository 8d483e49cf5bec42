// Rows of the statements about organisations. Used by the service only.
#pragma once

#include "domain/orgs/schema.hpp"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <vector>

namespace kinvault::domain::orgs {

struct organization_row {
    std::string id;
    std::string name;
    std::string created_by;
    schema::timestamp created_at;
    schema::timestamp updated_at;
};
BOOST_DESCRIBE_STRUCT(organization_row, (), (id, name, created_by, created_at, updated_at))

struct full_row : organization_row {
    std::vector<member> members;
};
BOOST_DESCRIBE_STRUCT(full_row, (organization_row), (members))

/// A membership, beside the columns of `caller`.
struct member_row {
    std::string id;
    std::string member_user_id;
    std::string email;
    std::string full_name;
    std::string member_role;
    schema::timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(member_row, (),
                      (id, member_user_id, email, full_name, member_role, created_at))

struct changed_row : member_row {
    bool is_changed = false;
};
BOOST_DESCRIBE_STRUCT(changed_row, (member_row), (is_changed))

/// A membership that is about to end.
struct locked_row {
    std::string id;
    std::string member_user_id;
    std::string member_role;
};
BOOST_DESCRIBE_STRUCT(locked_row, (), (id, member_user_id, member_role))

/// Whether the invited account exists.
struct target_row {
    std::optional<std::string> member_user_id;
};
BOOST_DESCRIBE_STRUCT(target_row, (), (member_user_id))

} // namespace kinvault::domain::orgs
