// What goes over the wire about accounts, sessions, passwords and keys (contract, section 2).
#pragma once

#include "domain/email.hpp"
#include "domain/schema/types.hpp"
#include "domain/trimmed.hpp"
#include "storage/postgres/record.hpp"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>

namespace kinvault::domain::auth {

/// What may be left out and is shown in no report.
using optional_secret = std::optional<schema::secret<std::string>>;

/// Rounds of PBKDF2 that clients derive their master key with.
using iterations = schema::integer<100'000, 10'000'000>;
inline constexpr std::int64_t standard_iterations = 600'000;

/// The email of a new account, in its normal form.
struct account_email : schema::text<255> {
    using schema::text<255>::text;
};
void read(schema::report& report, schema::place const& at, schema::json::value const& sent,
          account_email& out);

/// What zero-knowledge clients send beside (or, as for the hash, instead of) the password. Empty
/// texts count as absent.
struct user_keys {
    optional_secret master_password_hash;
    optional_secret encrypted_private_key;
    optional_secret public_key;
    optional_secret recovery_encrypted_private_key;
    std::optional<iterations> kdf_iterations;
};
BOOST_DESCRIBE_STRUCT(user_keys, (),
                      (master_password_hash, encrypted_private_key, public_key,
                       recovery_encrypted_private_key, kdf_iterations))

/// The same with the key of an organisation, for those who enter one.
struct zero_knowledge : user_keys {
    optional_secret encrypted_org_key;
};
BOOST_DESCRIBE_STRUCT(zero_knowledge, (user_keys), (encrypted_org_key))

struct prelogin_form {
    std::string email;
};
BOOST_DESCRIBE_STRUCT(prelogin_form, (), (email))

struct prelogin_answer {
    std::int64_t kdf_iterations = standard_iterations;
    std::string email;
    bool is_zero_knowledge = true;
};
BOOST_DESCRIBE_STRUCT(prelogin_answer, (), (kdf_iterations, email, is_zero_knowledge))

struct register_form : zero_knowledge {
    account_email email;
    schema::secret<std::string> password;
    trimmed<255, 1> full_name;
};
BOOST_DESCRIBE_STRUCT(register_form, (zero_knowledge), (email, password, full_name))
/// A password that is no placeholder must not be too short.
void check_members(schema::report& report, schema::place const& at,
                   schema::json::object const& object, register_form const& sent);

struct login_form {
    std::string email;
    schema::secret<std::string> password;
    optional_secret master_password_hash;
};
BOOST_DESCRIBE_STRUCT(login_form, (), (email, password, master_password_hash))

struct user {
    std::string id;
    std::string email;
    std::string full_name;
    schema::timestamp created_at;
    std::optional<std::string> active_org_id;
};
BOOST_DESCRIBE_STRUCT(user, (), (id, email, full_name, created_at, active_org_id))

struct token_response {
    std::string token;
    auth::user user;
    std::optional<std::string> encrypted_private_key;
    std::optional<std::string> public_key;
    std::int64_t kdf_iterations = standard_iterations;
    std::optional<std::string> encrypted_org_key;
};
BOOST_DESCRIBE_STRUCT(token_response, (),
                      (token, user, encrypted_private_key, public_key, kdf_iterations,
                       encrypted_org_key))

/// A session of the user, as somebody would know it again.
struct device_session {
    std::string id;
    std::string device;                 ///< such as "Firefox on Windows"
    std::optional<std::string> address; ///< the session was opened from there
    schema::timestamp created_at;
    schema::timestamp last_used_at; ///< of other sessions some minutes coarse
    schema::timestamp expires_at;
    bool current = false; ///< the one that asks
};
BOOST_DESCRIBE_STRUCT(device_session, (),
                      (id, device, address, created_at, last_used_at, expires_at, current))

struct message_answer {
    std::string message;
};
BOOST_DESCRIBE_STRUCT(message_answer, (), (message))

/// What a link from a mail asks about.
struct token_query {
    schema::secret<std::string> token;
};
BOOST_DESCRIBE_STRUCT(token_query, (), (token))

struct invitation_answer {
    bool valid = false;
    std::optional<std::string> email;
    std::optional<std::string> full_name;
    std::optional<std::string> org_name;
};
BOOST_DESCRIBE_STRUCT(invitation_answer, (), (valid, email, full_name, org_name))

/// A new account from an invitation: both must be there. With the token alone a signed-in user
/// joins, so a password that is missing beside it is for the service to report.
struct accept_form : zero_knowledge {
    optional_secret token;
    optional_secret password;
};
BOOST_DESCRIBE_STRUCT(accept_form, (zero_knowledge), (token, password))
void check_members(schema::report& report, schema::place const& at,
                   schema::json::object const& object, accept_form const& sent);

struct forgot_form {
    std::string email;
};
BOOST_DESCRIBE_STRUCT(forgot_form, (), (email))

struct reset_answer {
    bool valid = false;
    std::optional<std::string> email;
    std::optional<std::string> recovery_encrypted_private_key;
};
BOOST_DESCRIBE_STRUCT(reset_answer, (), (valid, email, recovery_encrypted_private_key))

struct reset_form : user_keys {
    schema::secret<std::string> token;
    schema::secret<std::string> password;
};
BOOST_DESCRIBE_STRUCT(reset_form, (user_keys), (token, password))

struct change_form {
    schema::secret<std::string> current_password;
    schema::secret<std::string> new_password;
    optional_secret current_master_password_hash;
    optional_secret new_master_password_hash;
    optional_secret new_encrypted_private_key;
    optional_secret new_recovery_encrypted_private_key;
    std::optional<iterations> new_kdf_iterations;
};
BOOST_DESCRIBE_STRUCT(change_form, (),
                      (current_password, new_password, current_master_password_hash,
                       new_master_password_hash, new_encrypted_private_key,
                       new_recovery_encrypted_private_key, new_kdf_iterations))

struct key_form {
    std::string user_id;
    schema::secret<std::string> encrypted_org_key;
};
BOOST_DESCRIBE_STRUCT(key_form, (), (user_id, encrypted_org_key))

struct wrapped_key {
    std::string encrypted_org_key;
};
BOOST_DESCRIBE_STRUCT(wrapped_key, (), (encrypted_org_key))

struct public_key_answer {
    std::string public_key;
};
BOOST_DESCRIBE_STRUCT(public_key_answer, (), (public_key))

/// A member who waits for the key of the organisation.
struct pending_key : pg::record {
    std::string user_id;
    std::string email;
    std::string full_name;
    std::string public_key;
};
BOOST_DESCRIBE_STRUCT(pending_key, (), (user_id, email, full_name, public_key))

} // namespace kinvault::domain::auth
