// Invitations: what they say, and how they are accepted.
#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "domain/auth/rules.hpp"
#include "domain/auth/service.hpp"
#include "sql/statements.hpp"

namespace kinvault::domain::auth {

namespace {

constexpr std::string_view bad_link = "Invalid or expired invitation link";
constexpr std::string_view no_longer_valid = "Invitation is no longer valid";
constexpr std::string_view organization_gone = "Organization no longer exists";

std::string full_name_of(invitation_row const& invitation) {
    std::string const name =
        invitation.first_name.value_or("") + " " + invitation.last_name.value_or("");
    return std::string(trim(name));
}

/// Takes the token, for good if the transaction commits. Throws 400 when somebody else was first.
task<invitation_row> consume(pg::session& transaction, std::string const& token) {
    pg::parameters parameters(token);
    auto const result =
        co_await transaction.run(sql::auth::consume_invitation, std::move(parameters));
    auto taken = pg::first_row<invitation_row>(result);
    if (!taken) refuse(400, bad_link);
    if (!taken->org_name) refuse(400, organization_gone);
    if (!taken->person_id) refuse(400, no_longer_valid);
    co_return std::move(*taken);
}

/// What a new account is made of.
struct newcomer {
    std::string hash;
    std::optional<std::string> encrypted_private_key;
    std::optional<std::string> public_key;
    std::optional<std::string> recovery_encrypted_private_key;
    std::int64_t kdf_iterations;
    std::string token_hash;
    std::uint32_t hours;
    device from;
};

task<account_row> accept(pg::session& transaction, std::string const& token,
                         newcomer const& fresh) {
    auto const invitation = co_await consume(transaction, token);
    std::string const email = normal_email(invitation.email);
    if (!invitation.is_open.value_or(false) || !is_email(email)) refuse(400, no_longer_valid);
    std::string const name = full_name_of(invitation);
    // No wrapped key: who comes anew cannot have one, it is granted in the key ceremony.
    pg::parameters parameters(email, name, fresh.hash, fresh.encrypted_private_key,
                              fresh.public_key, fresh.kdf_iterations,
                              fresh.recovery_encrypted_private_key, invitation.org_id,
                              invitation.person_id, fresh.token_hash, fresh.hours,
                              fresh.from.user_agent, fresh.from.address);
    auto const result =
        co_await transaction.run(sql::auth::accept_invitation, std::move(parameters));
    auto made = pg::first_row<account_row>(result);
    if (!made) refuse(400, no_longer_valid);
    co_return std::move(*made);
}

task<account_row> account_of(pg::session& transaction, caller const& who) {
    pg::parameters parameters(who.token_hash, who.org_id);
    auto const result =
        co_await transaction.run(sql::auth::account_of_caller, std::move(parameters));
    admit(who, result);
    co_return pg::read_row<account_row>(result, 0);
}

task<account_row> join_as(pg::session& transaction, caller const& who, std::string const& token) {
    auto const account = co_await account_of(transaction, who);
    auto const invitation = co_await consume(transaction, token);
    if (normal_email(invitation.email) != account.email) {
        refuse(403, "This invitation is for another account");
    }
    pg::parameters parameters(account.id, invitation.org_id, invitation.person_id, who.address);
    auto const result =
        co_await transaction.run(sql::auth::join_organization, std::move(parameters));
    if (result.empty()) refuse(400, no_longer_valid);
    // Again, since the first organisation joined is the active one.
    auto joined = co_await account_of(transaction, who);
    co_return joined;
}

} // namespace

task<invitation_answer> service::validate_invite(std::string token) {
    pg::parameters parameters(token);
    auto const result = co_await db_.run(sql::auth::invitation, std::move(parameters));
    auto const invitation = pg::first_row<invitation_row>(result);
    invitation_answer answer;
    if (invitation && invitation->org_name && invitation->is_open.value_or(false)) {
        answer.valid = true;
        answer.email = invitation->email;
        answer.full_name = full_name_of(*invitation);
        answer.org_name = invitation->org_name;
    }
    co_return answer;
}

task<token_response> service::accept_invite(accept_form sent, device from) {
    if (!sent.password) {
        throw invalid_input(
            {fault{"missing", {"body", "password"}, "Field required", nullptr, {}}});
    }
    if (is_too_short(*sent.password, sent.master_password_hash)) refuse(400, password_too_short);
    std::string const invitation = sent.token->value;
    // Before the costly part.
    pg::parameters which(invitation);
    auto const known = co_await db_.run(sql::auth::invitation, std::move(which));
    if (known.empty()) refuse(400, bad_link);

    auto given = take_password(*sent.password, sent.master_password_hash);
    std::string hash = co_await passwords_.hash(std::move(given));
    std::string token = crypto::random_token();
    newcomer const fresh{std::move(hash),
                         text_of(sent.encrypted_private_key),
                         text_of(sent.public_key),
                         text_of(sent.recovery_encrypted_private_key),
                         sent.kdf_iterations.value_or(standard_iterations),
                         crypto::sha256_hex(token),
                         settings_.session_expiry_hours,
                         from};
    auto body = [&](pg::transaction& transaction) {
        return accept(transaction, invitation, fresh);
    };
    std::optional<account_row> made;
    try {
        made = co_await db_.transact(body);
    } catch (pg::database_error const& error) {
        if (error.constraint() != "users_email_key") throw;
    }
    if (!made) {
        refuse(400, "An account with this email already exists. Please log in instead.");
    }
    co_return to_response(std::move(*made), std::move(token));
}

task<token_response> service::join(caller who, std::string token, std::string session_token) {
    auto body = [&](pg::transaction& transaction) { return join_as(transaction, who, token); };
    auto account = co_await db_.transact(body);
    co_return to_response(std::move(account), std::move(session_token));
}

} // namespace kinvault::domain::auth
