// Accounts, sessions, invitations, passwords and the wrapped keys of organisations. Used by the
// auth routes, by the dispatcher (which asks whether a session lives and says that it was used), by
// jobs and by `kinvault user reset-link`.
#pragma once

#include "crypto/vault_keys.hpp"
#include "domain/access.hpp"
#include "domain/auth/model.hpp"
#include "domain/auth/passwords.hpp"
#include "domain/auth/schema.hpp"
#include "domain/auth/session_uses.hpp"
#include "storage/postgres/pool.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kinvault::domain::auth {

struct options {
    std::uint32_t session_expiry_hours = 72;
    crypto::password_options passwords;
    std::string frontend_url; ///< what links begin with; no slash at the end
};

/// Where a session is opened from.
struct device {
    std::string address;
    std::string user_agent; ///< as sent; may be empty
};

/// Sends what accounts need by mail. Called inside the transaction that causes the mail, on its
/// session: what is not committed is not sent.
class mailer {
  public:
    virtual ~mailer() = default;
    virtual task<void> reset_link(pg::session& db, std::string email, std::string full_name,
                                  std::string link) = 0;
};

/// Refusals are `domain::failure` with the contract's texts. All texts of bodies that are secret
/// are wiped when their body goes.
class service {
  public:
    /// Without a mailer no reset links are made on request; the operator makes them. Blocks for as
    /// long as one password hash takes.
    service(pg::pool& db, workers& pool, crypto::master_key const& keys, options settings,
            mailer* mail = nullptr);

    /// Refuses with 401 unless the session lives, and with 400 or 403 as the needed role says.
    task<void> check(caller who);

    // accounts.cpp
    task<prelogin_answer> prelogin(prelogin_form sent);
    task<token_response> register_account(register_form sent, device from);
    task<token_response> login(login_form sent, device from);
    /// Never refuses.
    task<void> logout(std::optional<caller> who);
    task<user> me(caller who);

    // sessions.cpp
    /// Where the user is signed in, the latest used first.
    task<std::vector<device_session>> sessions(caller who);
    /// Signs out one device, that of the caller too. 404 for the sessions of others.
    task<void> end_session(caller who, std::string id);
    /// Signs out all other devices.
    task<void> end_other_sessions(caller who);
    /// A session that lives was used just now. Costs no statement: `record_uses` is for a job.
    void note_use(std::string const& token_hash);
    /// Writes down what was noted since the last time.
    task<void> record_uses();

    // recovery.cpp
    /// The same answer whether there is such an account or not.
    task<message_answer> forgot_password(forgot_form sent, device from);
    task<reset_answer> validate_reset(std::string token);
    task<message_answer> reset_password(reset_form sent, device from);
    task<message_answer> change_password(caller who, change_form sent);
    /// A link for the operator to hand on; nothing when there is no such account.
    task<std::optional<std::string>> reset_link(std::string email);

    // invitations.cpp
    task<invitation_answer> validate_invite(std::string token);
    task<token_response> accept_invite(accept_form sent, device from);
    /// The same with an account that is there: `session_token` is that of `who`, and comes back.
    task<token_response> join(caller who, std::string token, std::string session_token);

    // keys.cpp
    task<message_answer> store_org_key(caller who, std::string org_id, key_form sent);
    task<wrapped_key> my_org_key(caller who, std::string org_id);
    task<public_key_answer> public_key(caller who, std::string user_id);
    task<std::vector<pending_key>> pending_keys(caller who, std::string org_id);

  private:
    task<bool> hashes_are_mixed();
    task<bool> open_session(credentials_row const& account, std::string token_hash,
                            device const& from);
    task<void> renew_hash(std::string user_id, std::string stored, password given);
    task<void> record_failed_login(std::optional<credentials_row> account, std::string address);

    /// An account whose reset was asked for, with the link.
    struct reset_target {
        recipient_row account;
        std::string link;
    };
    task<std::optional<reset_target>> make_reset(pg::session& db, std::string const& email,
                                                 std::string const& address);

    pg::pool& db_;
    crypto::master_key const& keys_;
    options settings_;
    passwords passwords_;
    mailer* mail_;
    session_uses uses_;
    std::optional<bool> mixed_hashes_; ///< unknown before the first login
};

} // namespace kinvault::domain::auth
