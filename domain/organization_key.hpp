// The key under which the server encrypts what is of version 1 in an organisation. Used by items
// (values) and files (contents).
#pragma once

#include "crypto/vault_keys.hpp"
#include "domain/access.hpp"
#include "storage/postgres/session.hpp"

namespace kinvault::domain {

/// Who asks, and the wrapped key of the organisation they act in.
struct active_organization_row {
    std::string user_id;
    std::string org_id;
    std::string organization_key;
};
BOOST_DESCRIBE_STRUCT(active_organization_row, (), (user_id, org_id, organization_key))

/// Refuses like `admit`.
task<active_organization_row> active_organization(pg::session& db, caller who);

/// Throws std::runtime_error when the key was wrapped under another SECRET_KEY.
crypto::organization_key open_key(crypto::master_key const& keys, std::string const& wrapped);

} // namespace kinvault::domain
