// Forgotten, reset and changed passwords.
#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "domain/audit/record.hpp"
#include "domain/auth/rules.hpp"
#include "domain/auth/service.hpp"
#include "sql/statements.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>

namespace kinvault::domain::auth {

namespace {

constexpr std::string_view bad_reset_link = "Invalid or expired reset link";
constexpr std::string_view wrong_password = "Current password is incorrect";
/// How often a change is tried again because a login renewed the hash meanwhile.
constexpr int most_reset_tries = 3;

/// The answer to a forgotten password comes on a step of this, so that its time does not tell
/// whether there was a mail to write.
constexpr std::chrono::milliseconds answer_step{100};

/// Waits for the next step after `begin`.
task<void> even_out(std::chrono::steady_clock::time_point begin) {
    using clock = std::chrono::steady_clock;
    executor const on = co_await asio::this_coro::executor;
    asio::basic_waitable_timer<clock, asio::wait_traits<clock>, executor> step(on);
    auto const steps = (clock::now() - begin) / answer_step + 1;
    step.expires_at(begin + steps * answer_step);
    co_await step.async_wait(use_task);
}

/// What takes the place of a password and its keys. Keys that are absent stay as they are.
struct replacement {
    std::string hash;
    std::optional<std::string> encrypted_private_key;
    std::optional<std::string> recovery_encrypted_private_key;
    std::optional<std::string> public_key;
    std::optional<std::int64_t> kdf_iterations;
    std::optional<std::string> kept_session; ///< hash of its token
    std::string action;                      ///< in the audit log
    std::string address;
};

std::optional<std::int64_t> number_of(std::optional<iterations> const& sent) {
    return sent ? std::optional(sent->value) : std::nullopt;
}

task<void> replace(pg::session& transaction, std::string const& user_id, replacement const& by) {
    pg::parameters parameters(user_id, by.hash, by.encrypted_private_key,
                              by.recovery_encrypted_private_key, by.public_key, by.kdf_iterations,
                              by.kept_session, by.action, by.address);
    co_await transaction.run(sql::auth::replace_password, std::move(parameters));
}

/// Of two at once with one token, the second waits for the first and is refused.
task<void> redeem(pg::session& transaction, std::string const& token_hash, replacement const& by) {
    pg::parameters parameters(token_hash);
    auto const result = co_await transaction.run(sql::auth::consume_reset, std::move(parameters));
    auto const user_id = pg::scalar<std::string>(result);
    if (!user_id) refuse(400, bad_reset_link);
    co_await replace(transaction, *user_id, by);
}

/// Whether the password that was verified is still the one of the account.
task<bool> replace_verified(pg::session& transaction, credentials_row const& account,
                            replacement const& by) {
    pg::parameters parameters(account.id, account.password_hash);
    auto const result = co_await transaction.run(sql::auth::lock_verified, std::move(parameters));
    if (result.empty()) co_return false;
    co_await replace(transaction, account.id, by);
    co_return true;
}

} // namespace

task<std::optional<service::reset_target>>
service::make_reset(pg::session& db, std::string const& email, std::string const& address) {
    pg::parameters which(email);
    auto const result = co_await db.run(sql::auth::lock_account, std::move(which));
    auto account = pg::first_row<recipient_row>(result);
    // Written for unknown emails too, so that both take as long; whose they are is not written.
    audit::entry entry;
    if (account) entry.user_id = account->id;
    entry.action = "password_reset_requested";
    entry.address = address;
    co_await audit::record(db, std::move(entry));
    if (!account) co_return std::nullopt;
    std::string const token = crypto::random_url_token();
    pg::parameters fresh(account->id, account->email, crypto::sha256_hex(token));
    co_await db.run(sql::auth::start_reset, std::move(fresh));
    reset_target target{std::move(*account),
                        settings_.frontend_url + "/reset-password?token=" + token};
    co_return target;
}

task<message_answer> service::forgot_password(forgot_form sent, device from) {
    auto const begin = std::chrono::steady_clock::now();
    std::string const email = normal_email(sent.email);
    auto body = [&](pg::transaction& transaction) -> task<void> {
        auto target = co_await make_reset(transaction, email, from.address);
        if (!target) co_return;
        auto& [account, link] = *target;
        co_await mail_->reset_link(transaction, std::move(account.email),
                                   std::move(account.full_name), std::move(link));
    };
    // Without a mailer nobody would get the link.
    if (mail_) {
        co_await db_.transact(body);
        co_await even_out(begin);
    }
    co_return message_answer{"If an account exists with this email, a reset link has been sent."};
}

task<std::optional<std::string>> service::reset_link(std::string email) {
    std::string const account = normal_email(email);
    std::string const address = "operator";
    auto body = [&](pg::transaction& transaction) {
        return make_reset(transaction, account, address);
    };
    auto target = co_await db_.transact(body);
    if (!target) co_return std::nullopt;
    co_return std::move(target->link);
}

task<reset_answer> service::validate_reset(std::string token) {
    pg::parameters parameters(crypto::sha256_hex(token));
    auto const result = co_await db_.run(sql::auth::reset_account, std::move(parameters));
    reset_answer answer;
    if (auto account = pg::first_row<reset_row>(result)) {
        answer.valid = true;
        answer.email = std::move(account->email);
        answer.recovery_encrypted_private_key = std::move(account->recovery_encrypted_private_key);
    }
    co_return answer;
}

task<message_answer> service::reset_password(reset_form sent, device from) {
    if (is_too_short(sent.password, sent.master_password_hash)) refuse(400, password_too_short);
    std::string const token_hash = crypto::sha256_hex(sent.token.value);
    crypto::wipe(sent.token.value);
    // Before the costly part.
    pg::parameters which(token_hash);
    auto const known = co_await db_.run(sql::auth::reset_account, std::move(which));
    if (known.empty()) refuse(400, bad_reset_link);

    auto given = take_password(sent.password, sent.master_password_hash);
    std::string hash = co_await passwords_.hash(std::move(given));
    replacement const by{std::move(hash),
                         text_of(sent.encrypted_private_key),
                         text_of(sent.recovery_encrypted_private_key),
                         text_of(sent.public_key),
                         number_of(sent.kdf_iterations),
                         std::nullopt,
                         "password_reset",
                         from.address};
    auto body = [&](pg::transaction& transaction) { return redeem(transaction, token_hash, by); };
    co_await db_.transact(body);
    co_return message_answer{"Password reset successfully"};
}

task<message_answer> service::change_password(caller who, change_form sent) {
    bool const zero_knowledge = is_given(sent.current_master_password_hash);
    auto const current = take_password(sent.current_password, sent.current_master_password_hash);
    replacement by{{},
                   text_of(sent.new_encrypted_private_key),
                   text_of(sent.new_recovery_encrypted_private_key),
                   std::nullopt,
                   number_of(sent.new_kdf_iterations),
                   who.token_hash,
                   "password_change",
                   who.address};
    for (int tries = 0; tries < most_reset_tries; ++tries) {
        pg::parameters which(who.token_hash, who.org_id);
        auto const result = co_await db_.run(sql::auth::account_of_caller, std::move(which));
        admit(who, result);
        auto const account = pg::read_row<credentials_row>(result, 0);
        bool const fits = co_await passwords_.verify(current, account.password_hash, false);
        if (!fits) break;
        if (by.hash.empty()) {
            if (zero_knowledge && !is_given(sent.new_master_password_hash)) {
                refuse(400, "New master password hash required");
            }
            if (is_too_short(sent.new_password, sent.new_master_password_hash)) {
                refuse(400, "New password must be at least 8 characters");
            }
            auto given = take_password(sent.new_password, sent.new_master_password_hash);
            by.hash = co_await passwords_.hash(std::move(given));
        }
        auto body = [&](pg::transaction& transaction) {
            return replace_verified(transaction, account, by);
        };
        bool const done = co_await db_.transact(body);
        if (done) co_return message_answer{"Password changed successfully"};
    }
    refuse(400, wrong_password);
}

} // namespace kinvault::domain::auth
