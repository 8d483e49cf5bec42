// Accounts and organisations as an operator handles them, without a session. Used by `kinvault
// user` and `kinvault org`.
#pragma once

#include "crypto/password.hpp"
#include "crypto/vault_keys.hpp"
#include "domain/operators/schema.hpp"
#include "storage/postgres/pool.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace kinvault::domain::operators {

/// What the operator asked for cannot be done; the text is one line.
class refused : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Emails are taken in any case. All but the lists write the audit log. Throws `refused` when there
/// is no such account or organisation.
class service {
  public:
    service(pg::pool& db, crypto::master_key const& keys) : db_(db), keys_(keys) {}

    task<std::vector<user>> users();
    /// An account with a vault of its own whose password nobody knows: a reset link sets one.
    /// Blocks for as long as one password hash takes.
    task<new_user> create_user(std::string email, std::string full_name,
                               crypto::password_options hashes);
    /// Nobody can log in to it any more, in the original system neither; its sessions and reset
    /// links end. What it owns stays.
    task<outcome> disable_user(std::string email);
    /// With the password it had.
    task<outcome> enable_user(std::string email);
    /// Ends all its sessions.
    task<outcome> reset_sessions(std::string email);

    task<std::vector<organization>> organizations();
    task<std::vector<member>> members(std::string org_id);
    /// `role` is viewer, member, admin or owner. There is one owner: who was it becomes an admin,
    /// and an owner gets another role only by that.
    task<new_role> set_role(std::string org_id, std::string email, std::string role);

  private:
    task<outcome> act(pg::statement const& what, std::string email);

    pg::pool& db_;
    crypto::master_key const& keys_;
};

} // namespace kinvault::domain::operators
