#include "domain/operators/service.hpp"

#include "crypto/random.hpp"
#include "domain/auth/schema.hpp"
#include "domain/email.hpp"
#include "domain/schema/read.hpp"
#include "domain/text.hpp"
#include "sql/statements.hpp"
#include "storage/postgres/errors.hpp"

#include <algorithm>

namespace kinvault::domain::operators {

namespace {

/// Characters that users.email, users.full_name and organizations.name take, and people's names.
constexpr std::size_t longest_name = 255;
constexpr std::size_t longest_person_name = 100;
constexpr std::string_view owner = "owner";
constexpr std::string_view roles[] = {"viewer", "member", "admin", owner};

struct locked_member {
    std::string user_id;
    std::string role;
    bool is_target = false;
};
BOOST_DESCRIBE_STRUCT(locked_member, (), (user_id, role, is_target))

void require(bool fine, std::string const& otherwise) {
    if (!fine) throw refused(otherwise);
}

void require_account(std::string const& email, std::string const& name) {
    require(is_email(email) && schema::count_characters(email) <= longest_name,
            "'" + email + "' is not an email address");
    auto const length = schema::count_characters(name);
    require(length > 0 && length <= longest_name, "a name has 1 to 255 characters");
}

task<void> change_role(pg::session& transaction, std::string const& org_id, locked_member const& of,
                       std::string const& role) {
    pg::parameters parameters(org_id, of.user_id, role, of.role);
    co_await transaction.run(sql::operators::set_role, std::move(parameters));
}

task<new_role> set_locked_role(pg::session& transaction, std::string const& org_id,
                               std::string const& email, std::string const& role) {
    pg::parameters parameters(org_id, email);
    auto const result =
        co_await transaction.run(sql::operators::lock_members, std::move(parameters));
    auto const members = pg::read_rows<locked_member>(result);
    auto const target = std::ranges::find(members, true, &locked_member::is_target);
    require(target != members.end(), "no member of this organisation has the email " + email);
    new_role done{org_id, target->user_id, role, target->role, std::nullopt};
    if (target->role == role) co_return done;
    require(target->role != owner,
            email + " is the owner: make another member the owner, then " + email + " is an admin");
    if (role == owner) {
        std::string const former_role = "admin";
        for (auto const& one : members) {
            if (one.role != owner) continue;
            co_await change_role(transaction, org_id, one, former_role);
            done.owner_before = one.user_id;
        }
    }
    auto const& chosen = *target;
    co_await change_role(transaction, org_id, chosen, role);
    co_return done;
}

} // namespace

task<std::vector<user>> service::users() {
    pg::parameters none;
    auto const result = co_await db_.run(sql::operators::users, std::move(none));
    co_return pg::read_rows<user>(result);
}

task<new_user> service::create_user(std::string email, std::string full_name,
                                    crypto::password_options hashes) {
    email = normal_email(email);
    std::string const name(trim(full_name));
    require_account(email, name);
    auto const person = first_word(name);
    auto const hash = crypto::hash_password(crypto::random_token(), hashes);
    std::optional<std::string> const no_key;
    pg::parameters parameters(
        email, name, hash, no_key, no_key, auth::standard_iterations, no_key, no_key,
        cut(name + "'s Vault", longest_name), keys_.wrap_new_organization_key(),
        cut(person.first, longest_person_name), cut(person.rest, longest_person_name));
    std::optional<new_user> made;
    try {
        auto const result = co_await db_.run(sql::operators::create_user, std::move(parameters));
        made = pg::first_row<new_user>(result);
    } catch (pg::database_error const& error) {
        if (error.constraint() != "users_email_key") throw;
    }
    require(made.has_value(), "an account has this email already");
    co_return std::move(*made);
}

task<outcome> service::act(pg::statement const& what, std::string email) {
    std::string const account = normal_email(email);
    auto body = [&](pg::transaction& transaction) -> task<std::optional<outcome>> {
        pg::parameters parameters(account);
        auto const result = co_await transaction.run(what, std::move(parameters));
        co_return pg::first_row<outcome>(result);
    };
    auto done = co_await db_.transact(body);
    require(done.has_value(), "no account has the email " + account);
    co_return std::move(*done);
}

task<outcome> service::disable_user(std::string email) {
    return act(sql::operators::disable_user, std::move(email));
}

task<outcome> service::enable_user(std::string email) {
    return act(sql::operators::enable_user, std::move(email));
}

task<outcome> service::reset_sessions(std::string email) {
    return act(sql::operators::reset_sessions, std::move(email));
}

task<std::vector<organization>> service::organizations() {
    pg::parameters none;
    auto const result = co_await db_.run(sql::operators::organizations, std::move(none));
    co_return pg::read_rows<organization>(result);
}

task<std::vector<member>> service::members(std::string org_id) {
    pg::parameters parameters(org_id);
    auto const result = co_await db_.run(sql::operators::members, std::move(parameters));
    require(!result.empty(), "there is no organisation " + org_id);
    if (result.is_null(0, result.column("id"))) co_return std::vector<member>();
    co_return pg::read_rows<member>(result);
}

task<new_role> service::set_role(std::string org_id, std::string email, std::string role) {
    require(std::ranges::find(roles, role) != std::end(roles),
            "'" + role + "' is none of the roles viewer, member, admin, owner");
    std::string const account = normal_email(email);
    auto body = [&](pg::transaction& transaction) {
        return set_locked_role(transaction, org_id, account, role);
    };
    auto done = co_await db_.transact(body);
    co_return done;
}

} // namespace kinvault::domain::operators
