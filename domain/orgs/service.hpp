// Organisations and their members. All calls but the first two act on the organisation they name,
// whatever the active one is. Used by the routes.
#pragma once

#include "crypto/vault_keys.hpp"
#include "domain/access.hpp"
#include "domain/orgs/schema.hpp"
#include "storage/postgres/pool.hpp"

#include <string>
#include <vector>

namespace kinvault::domain::orgs {

class service {
  public:
    service(pg::pool& db, crypto::master_key const& keys) : db_(db), keys_(keys) {}

    /// Those of the user, the one joined first first, without members.
    task<std::vector<organization>> list(caller who);
    /// The caller becomes its owner.
    task<organization> create(caller who, name_form sent);

    /// With its members.
    task<organization> get(caller who, std::string id);
    task<organization> rename(caller who, std::string id, name_form sent);
    /// Makes somebody a member who has an account.
    task<member> invite(caller who, std::string id, invite_form sent);
    task<member> change_role(caller who, std::string id, std::string user_id, role_form sent);
    /// Ends a membership and all access that came with it.
    task<void> remove_member(caller who, std::string id, std::string user_id);

  private:
    pg::pool& db_;
    crypto::master_key const& keys_;
};

} // namespace kinvault::domain::orgs
