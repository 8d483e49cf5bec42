// People as they are made, changed and removed, with the login access that comes and goes.
#include "crypto/random.hpp"
#include "domain/email.hpp"
#include "domain/orgs/membership.hpp"
#include "domain/people/service.hpp"
#include "sql/statements.hpp"

namespace kinvault::domain::people {

namespace {

/// Who may log in has an email, and one that mail can be sent to.
void require_email(std::optional<std::string> const& email) {
    if (!email || email->empty()) refuse(400, "Email is required to grant login access");
    if (!is_email(normal_email(*email))) {
        throw invalid_input("email", "value is not a valid email address");
    }
}

/// A person held against other changes, and who holds them.
struct held {
    caller_row by;
    access_row person;
};

/// From here on the caller acts in the organisation that was active now, whatever they join or
/// leave meanwhile.
task<held> lock(pg::session& transaction, caller& who, std::string const& id) {
    pg::parameters parameters(who.token_hash, who.org_id, id);
    auto const result = co_await transaction.run(sql::people::lock, std::move(parameters));
    auto by = admit(who, result);
    who.org_id = by.org_id;
    co_return held{std::move(by), found_row<access_row>(result, person_not_found)};
}

task<void> end_access(pg::session& transaction, caller const& who, held const& of) {
    pg::parameters parameters(of.person.id, who.org_id, of.by.user_id, who.address);
    co_await transaction.run(sql::people::end_invitations, std::move(parameters));
    if (of.person.account) {
        co_await orgs::end_membership(transaction, who, *of.person.account);
    }
}

task<void> readmit(pg::session& transaction, caller const& who, held const& of) {
    pg::parameters parameters(who.org_id, of.person.account, of.by.user_id, who.address);
    co_await transaction.run(sql::people::readmit, std::move(parameters));
}

} // namespace

std::string service::url_of(std::string const& token) const {
    return frontend_url_ + "/accept-invite?token=" + token;
}

task<void> service::invite(pg::session& transaction, caller_row const& by, caller const& who,
                           std::string const& person_id, std::string const& email) {
    std::string const token = crypto::random_url_token();
    pg::parameters fresh(person_id, by.org_id, email, token, by.user_id, who.address);
    co_await transaction.run(sql::people::invite, std::move(fresh));
    if (!mail_) co_return;
    pg::parameters parameters(person_id, by.user_id);
    auto const result = co_await transaction.run(sql::people::letter, std::move(parameters));
    auto says = pg::read_row<letter_row>(result, 0);
    std::string address = normal_email(email);
    std::string link = url_of(token);
    co_await mail_->invitation(transaction, std::move(address), std::move(says.full_name),
                               std::move(says.org_name), std::move(says.inviter), std::move(link));
}

task<person> service::create_in(pg::session& db, caller const& who, create_person const& sent) {
    pg::parameters parameters(who.token_hash, who.org_id, sent.first_name, sent.last_name,
                              sent.photo_url, sent.date_of_birth, sent.email, sent.phone,
                              sent.relationship, sent.notes, *sent.can_login,
                              *sent.encryption_version);
    auto const result = co_await db.run(sql::people::create, std::move(parameters));
    auto const by = admit(who, result);
    person made = to_wire(found_row<person_row>(result, person_not_found));
    if (made.can_login) {
        require_email(made.email);
        co_await invite(db, by, who, made.id, *made.email);
    }
    co_return made;
}

task<person> service::create(caller who, create_person sent) {
    if (!*sent.can_login) {
        person made = co_await create_in(db_, who, sent);
        co_return made;
    }
    auto body = [&](pg::transaction& transaction) { return create_in(transaction, who, sent); };
    person made = co_await db_.transact(body);
    co_return made;
}

task<person> service::change_in(pg::session& db, caller const& who, std::string const& id,
                                change_person const& sent) {
    pg::parameters parameters(who.token_hash, who.org_id, id, sent.first_name, sent.last_name);
    add_patch(parameters, sent.photo_url);
    add_patch(parameters, sent.date_of_birth);
    add_patch(parameters, sent.email);
    add_patch(parameters, sent.phone);
    add_patch(parameters, sent.relationship);
    add_patch(parameters, sent.notes);
    parameters.add(sent.can_login);
    parameters.add(sent.encryption_version);
    auto const result = co_await db.run(sql::people::change, std::move(parameters));
    admit(who, result);
    co_return to_wire(found_row<person_row>(result, person_not_found));
}

task<person> service::change_access(pg::session& transaction, caller who, std::string const& id,
                                    change_person const& sent) {
    auto const before = co_await lock(transaction, who, id);
    std::optional<std::string> email = before.person.email;
    if (sent.email.present) email = sent.email.value;
    bool const may_login = sent.can_login.value_or(before.person.can_login);
    bool const turned_on = may_login && !before.person.can_login;
    bool const turned_off = !may_login && before.person.can_login;
    bool const moved = may_login && email != before.person.email;
    // What is there from before and is not touched need not be good enough for today's rules.
    if (turned_on || moved) require_email(email);

    person changed = co_await change_in(transaction, who, id, sent);
    if (turned_off) {
        co_await end_access(transaction, who, before);
    } else if (turned_on && before.person.account) {
        co_await readmit(transaction, who, before);
    } else if ((turned_on || moved) && !before.person.account) {
        co_await invite(transaction, before.by, who, id, *email);
    }
    co_return changed;
}

task<person> service::change(caller who, std::string id, change_person sent) {
    if (!sent.email.present && !sent.can_login) {
        person changed = co_await change_in(db_, who, id, sent);
        co_return changed;
    }
    auto body = [&](pg::transaction& transaction) {
        return change_access(transaction, who, id, sent);
    };
    person changed = co_await db_.transact(body);
    co_return changed;
}

task<void> service::remove_locked(pg::session& transaction, caller who, std::string const& id) {
    auto const target = co_await lock(transaction, who, id);
    co_await end_access(transaction, who, target);
    pg::parameters parameters(id);
    co_await transaction.run(sql::people::remove, std::move(parameters));
}

task<void> service::remove(caller who, std::string id) {
    auto body = [&](pg::transaction& transaction) { return remove_locked(transaction, who, id); };
    co_await db_.transact(body);
}

task<std::string> service::resend_locked(pg::session& transaction, caller who,
                                         std::string const& id) {
    auto const target = co_await lock(transaction, who, id);
    auto const& person = target.person;
    if (!person.can_login) refuse(400, "Person does not have login access enabled");
    if (person.account) refuse(400, "Person already has an active account");
    // Adopted installations took any text for an email.
    if (!person.email || !is_email(normal_email(*person.email))) {
        refuse(400, "Person has no email address");
    }
    co_await invite(transaction, target.by, who, person.id, *person.email);
    co_return *person.email;
}

task<message_answer> service::resend_invite(caller who, std::string id) {
    auto body = [&](pg::transaction& transaction) { return resend_locked(transaction, who, id); };
    auto const email = co_await db_.transact(body);
    co_return message_answer{"Invitation resent to " + email};
}

task<invite_link> service::link_of_invite(caller who, std::string id) {
    pg::parameters parameters(who.token_hash, who.org_id, id);
    auto const result = co_await db_.run(sql::people::open_invitation, std::move(parameters));
    admit(who, result);
    auto const open = found_row<token_row>(result, person_not_found);
    if (!open.token) refuse(404, "No active invitation found");
    co_return invite_link{url_of(*open.token)};
}

} // namespace kinvault::domain::people
