// Rows of the statements about accounts, where they are not what goes over the wire. Used by the
// auth service only.
#pragma once

#include "domain/schema/types.hpp"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace kinvault::domain::auth {

/// An account with its keys, as a token answer shows them.
struct account_row {
    std::string id;
    std::string email;
    std::string full_name;
    schema::timestamp created_at;
    std::optional<std::string> active_org_id;
    std::optional<std::string> encrypted_private_key;
    std::optional<std::string> public_key;
    std::int64_t kdf_iterations = 0;
    std::optional<std::string> encrypted_org_key; ///< of the active organisation
};
BOOST_DESCRIBE_STRUCT(account_row, (),
                      (id, email, full_name, created_at, active_org_id, encrypted_private_key,
                       public_key, kdf_iterations, encrypted_org_key))

struct credentials_row : account_row {
    std::string password_hash;
};
BOOST_DESCRIBE_STRUCT(credentials_row, (account_row), (password_hash))

struct prelogin_row {
    std::int64_t kdf_iterations = 0;
    bool is_zero_knowledge = false;
};
BOOST_DESCRIBE_STRUCT(prelogin_row, (), (kdf_iterations, is_zero_knowledge))

/// The account a reset link belongs to, or is to be made for.
struct reset_row {
    std::string id;
    std::string email;
    std::optional<std::string> recovery_encrypted_private_key;
};
BOOST_DESCRIBE_STRUCT(reset_row, (), (id, email, recovery_encrypted_private_key))

struct recipient_row {
    std::string id;
    std::string email;
    std::string full_name;
};
BOOST_DESCRIBE_STRUCT(recipient_row, (), (id, email, full_name))

struct session_row {
    std::string id;
    std::optional<std::string> user_agent; ///< none in adopted sessions
    std::optional<std::string> ip_address; ///< likewise
    schema::timestamp created_at;
    schema::timestamp last_used_at;
    schema::timestamp expires_at;
    bool is_current = false;
};
BOOST_DESCRIBE_STRUCT(session_row, (),
                      (id, user_agent, ip_address, created_at, last_used_at, expires_at,
                       is_current))

/// An invitation that has neither been used nor expired; what it refers to may be gone.
struct invitation_row {
    std::string id;
    std::string email; ///< as it was sent
    std::optional<std::string> org_id;
    std::optional<std::string> person_id;
    std::optional<std::string> org_name;
    std::optional<std::string> first_name;
    std::optional<std::string> last_name;
    std::optional<bool> is_open; ///< the person may log in and has no account yet
};
BOOST_DESCRIBE_STRUCT(invitation_row, (),
                      (id, email, org_id, person_id, org_name, first_name, last_name, is_open))

} // namespace kinvault::domain::auth
