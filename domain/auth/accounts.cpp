// Registration, login, logout.
#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "domain/audit/record.hpp"
#include "domain/auth/rules.hpp"
#include "domain/auth/service.hpp"
#include "sql/statements.hpp"

#include <spdlog/spdlog.h>

namespace kinvault::domain::auth {

namespace {

/// How often a login is tried again because the hash was renewed between reading and using it.
constexpr int most_tries = 3;
/// Characters that organizations.name and people.first_name take.
constexpr std::size_t longest_org_name = 255;
constexpr std::size_t longest_person_name = 100;

} // namespace

service::service(pg::pool& db, workers& pool, crypto::master_key const& keys, options settings,
                 mailer* mail)
    : db_(db)
    , keys_(keys)
    , settings_(std::move(settings))
    , passwords_(pool, settings_.passwords)
    , mail_(mail) {}

task<void> service::check(caller who) {
    pg::parameters parameters(who.token_hash, who.org_id);
    auto const result = co_await db_.run(sql::auth::check_session, std::move(parameters));
    admit(who, result);
}

task<user> service::me(caller who) {
    pg::parameters parameters(who.token_hash, who.org_id);
    auto const result = co_await db_.run(sql::auth::me, std::move(parameters));
    admit(who, result);
    auto found = pg::read_row<user>(result, 0);
    // Works without an organisation, but not with one of others.
    if (who.org_id && !found.active_org_id) refuse(403, "Not a member of this organization");
    co_return found;
}

task<prelogin_answer> service::prelogin(prelogin_form sent) {
    prelogin_answer answer;
    answer.email = normal_email(sent.email);
    pg::parameters parameters(answer.email);
    auto const result = co_await db_.run(sql::auth::prelogin, std::move(parameters));
    if (auto const known = pg::first_row<prelogin_row>(result)) {
        answer.kdf_iterations = known->kdf_iterations;
        answer.is_zero_knowledge = known->is_zero_knowledge;
    }
    co_return answer;
}

task<token_response> service::register_account(register_form sent, device from) {
    auto given = take_password(sent.password, sent.master_password_hash);
    std::string const hash = co_await passwords_.hash(std::move(given));

    std::string const& name = sent.full_name;
    auto const person = first_word(name);
    std::string const org_name(cut(name + "'s Vault", longest_org_name));
    std::int64_t const rounds = sent.kdf_iterations.value_or(standard_iterations);
    std::string token = crypto::random_token();
    pg::parameters parameters(
        sent.email, name, hash, text_of(sent.encrypted_private_key), text_of(sent.public_key),
        rounds, text_of(sent.recovery_encrypted_private_key), text_of(sent.encrypted_org_key),
        org_name, keys_.wrap_new_organization_key(), cut(person.first, longest_person_name),
        cut(person.rest, longest_person_name), crypto::sha256_hex(token),
        settings_.session_expiry_hours, from.user_agent, from.address);
    std::optional<account_row> made;
    try {
        auto const result = co_await db_.run(sql::auth::register_account, std::move(parameters));
        made = pg::read_row<account_row>(result, 0);
    } catch (pg::database_error const& error) {
        if (error.constraint() != "users_email_key") throw;
    }
    if (!made) refuse(409, "Email already registered");
    co_return to_response(std::move(*made), std::move(token));
}

task<bool> service::hashes_are_mixed() {
    if (!mixed_hashes_) {
        pg::parameters parameters(passwords_.scheme_pattern());
        auto const result = co_await db_.run(sql::auth::has_other_hashes, std::move(parameters));
        mixed_hashes_ = pg::scalar<bool>(result).value_or(false);
    }
    co_return *mixed_hashes_;
}

task<bool> service::open_session(credentials_row const& account, std::string token_hash,
                                 device const& from) {
    pg::parameters parameters(account.id, account.password_hash, token_hash,
                              settings_.session_expiry_hours, from.user_agent, from.address,
                              account.active_org_id);
    auto const result = co_await db_.run(sql::auth::open_session, std::move(parameters));
    co_return !result.empty();
}

task<void> service::renew_hash(std::string user_id, std::string stored, password given) {
    try {
        pg::parameters which(stored);
        auto const answer = co_await db_.run(sql::auth::may_renew, std::move(which));
        bool const renews = passwords_.makes_bcrypt() || pg::scalar<bool>(answer).value_or(false);
        if (!renews) co_return;
        std::string const hash = co_await passwords_.hash(std::move(given));
        pg::parameters parameters(user_id, stored, hash);
        co_await db_.run(sql::auth::rehash, std::move(parameters));
    } catch (std::exception const& error) {
        spdlog::warn("a password hash was not renewed: {}", error.what());
    }
}

task<void> service::record_failed_login(std::optional<credentials_row> account,
                                        std::string address) {
    audit::entry entry;
    // Also for nobody: so that the answer takes as long. Whom they meant is not written down.
    if (account) {
        entry.user_id = account->id;
        entry.org_id = account->active_org_id;
    }
    entry.action = "login_failed";
    entry.address = std::move(address);
    co_await audit::record(db_, std::move(entry));
}

task<token_response> service::login(login_form sent, device from) {
    std::string const email = normal_email(sent.email);
    auto const given = take_password(sent.password, sent.master_password_hash);
    bool const mixed = co_await hashes_are_mixed();
    std::optional<credentials_row> account;
    for (int tries = 0; tries < most_tries; ++tries) {
        pg::parameters which(email);
        auto const result = co_await db_.run(sql::auth::account_by_email, std::move(which));
        account = pg::first_row<credentials_row>(result);
        auto stored = account ? std::optional(account->password_hash) : std::nullopt;
        bool const fits = co_await passwords_.verify(given, std::move(stored), mixed);
        if (!fits) break;
        std::string token = crypto::random_token();
        std::string token_hash = crypto::sha256_hex(token);
        bool const opened = co_await open_session(*account, std::move(token_hash), from);
        if (!opened) continue;
        if (passwords_.is_dated(account->password_hash)) {
            credentials_row const& known = *account;
            co_await renew_hash(known.id, known.password_hash, given);
        }
        co_return to_response(std::move(*account), std::move(token));
    }
    co_await record_failed_login(std::move(account), std::move(from.address));
    refuse(401, "Invalid email or password");
}

task<void> service::logout(std::optional<caller> who) {
    if (!who) co_return;
    pg::parameters parameters(who->token_hash, who->address);
    co_await db_.run(sql::auth::logout, std::move(parameters));
}

} // namespace kinvault::domain::auth
