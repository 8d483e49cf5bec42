// What an operator sees of accounts and organisations: rows of sql/queries/operators.sql and the
// documents that `kinvault user` and `kinvault org` print with --json.
#pragma once

#include "domain/schema/types.hpp"
#include "storage/postgres/record.hpp"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kinvault::domain::operators {

struct membership : pg::record {
    std::string id; ///< of the organisation
    std::string name;
    std::string role;
};
BOOST_DESCRIBE_STRUCT(membership, (), (id, name, role))

struct user {
    std::string id;
    std::string email;
    std::string full_name;
    schema::timestamp created_at;
    bool disabled = false;
    bool zero_knowledge = false;
    std::int64_t sessions = 0; ///< that live
    std::vector<membership> organizations;
};
BOOST_DESCRIBE_STRUCT(user, (),
                      (id, email, full_name, created_at, disabled, zero_knowledge, sessions,
                       organizations))

struct new_user {
    std::string id;
    std::string email;
    std::string full_name;
    std::string org_id;
};
BOOST_DESCRIBE_STRUCT(new_user, (), (id, email, full_name, org_id))

/// What became of an account.
struct outcome {
    std::string id;
    bool changed = false;      ///< false: it was so already
    std::int64_t sessions = 0; ///< that were ended
};
BOOST_DESCRIBE_STRUCT(outcome, (), (id, changed, sessions))

struct organization {
    std::string id;
    std::string name;
    schema::timestamp created_at;
    std::int64_t members = 0;
    std::int64_t items = 0;           ///< archived ones too
    std::optional<std::string> owner; ///< email
};
BOOST_DESCRIBE_STRUCT(organization, (), (id, name, created_at, members, items, owner))

struct member {
    std::string user_id;
    std::string email;
    std::string full_name;
    std::string role;
    schema::timestamp created_at;
    bool has_key = false; ///< of the organisation, wrapped for them
    bool disabled = false;
};
BOOST_DESCRIBE_STRUCT(member, (), (user_id, email, full_name, role, created_at, has_key, disabled))

/// A change of role; of a new owner it tells who was it before.
struct new_role {
    std::string org_id;
    std::string user_id;
    std::string role;
    std::string role_before;
    std::optional<std::string> owner_before; ///< an admin now
};
BOOST_DESCRIBE_STRUCT(new_role, (), (org_id, user_id, role, role_before, owner_before))

} // namespace kinvault::domain::operators
