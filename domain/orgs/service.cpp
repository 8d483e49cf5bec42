#include "domain/orgs/service.hpp"

#include "domain/email.hpp"
#include "domain/orgs/membership.hpp"
#include "domain/orgs/model.hpp"
#include "sql/statements.hpp"

namespace kinvault::domain::orgs {

namespace {

constexpr std::string_view owner = "owner";
constexpr std::string_view admin = "admin";
constexpr std::string_view member_not_found = "Member not found";

/// The caller as one who acts in the organisation of the path, with at least this role.
caller in(std::string id, role needed, caller who) {
    who.org_id = std::move(id);
    who.needed = needed;
    return who;
}

organization to_wire(organization_row row) {
    return {std::move(row.id),         std::move(row.name),       std::move(row.created_by),
            std::move(row.created_at), std::move(row.updated_at), std::nullopt};
}

member to_wire(member_row row) {
    return {{},
            std::move(row.id),
            std::move(row.member_user_id),
            std::move(row.email),
            std::move(row.full_name),
            std::move(row.member_role),
            std::move(row.created_at)};
}

/// 400 unless it is a role that can be given.
void require_role(std::string const& name, std::string_view no_owner) {
    if (!role_from(name)) refuse(400, "Invalid role: " + name);
    if (name == owner) refuse(400, no_owner);
}

task<void> remove_locked(pg::session& transaction, caller const& who, std::string const& user_id) {
    auto const end = co_await end_membership(transaction, who, user_id);
    if (end.was_member) co_return;
    if (end.by.user_id != user_id && end.by.role != owner && end.by.role != admin) {
        refuse(403, insufficient_permissions);
    }
    refuse(404, member_not_found);
}

} // namespace

task<std::vector<organization>> service::list(caller who) {
    pg::parameters parameters(who.token_hash, who.org_id);
    auto const result = co_await db_.run(sql::orgs::list, std::move(parameters));
    admit(who, result);
    std::vector<organization> all;
    for (auto& row : found_rows<organization_row>(result)) all.push_back(to_wire(std::move(row)));
    co_return all;
}

task<organization> service::create(caller who, name_form sent) {
    pg::parameters parameters(who.token_hash, who.org_id, sent.name,
                              keys_.wrap_new_organization_key(), who.address);
    auto const result = co_await db_.run(sql::orgs::create, std::move(parameters));
    admit(who, result);
    co_return to_wire(pg::read_row<organization_row>(result, 0));
}

task<organization> service::get(caller who, std::string id) {
    who = in(std::move(id), role::viewer, std::move(who));
    pg::parameters parameters(who.token_hash, who.org_id);
    auto const result = co_await db_.run(sql::orgs::by_id, std::move(parameters));
    admit(who, result);
    auto row = pg::read_row<full_row>(result, 0);
    auto members = std::move(row.members);
    organization found = to_wire(std::move(row));
    found.members = std::move(members);
    co_return found;
}

task<organization> service::rename(caller who, std::string id, name_form sent) {
    who = in(std::move(id), role::admin, std::move(who));
    pg::parameters parameters(who.token_hash, who.org_id, sent.name);
    auto const result = co_await db_.run(sql::orgs::rename, std::move(parameters));
    admit(who, result);
    co_return to_wire(pg::read_row<organization_row>(result, 0));
}

task<member> service::invite(caller who, std::string id, invite_form sent) {
    who = in(std::move(id), role::admin, std::move(who));
    pg::parameters parameters(who.token_hash, who.org_id, normal_email(sent.email), *sent.role,
                              who.address);
    auto const result = co_await db_.run(sql::orgs::invite, std::move(parameters));
    admit(who, result);
    require_role(*sent.role, "Cannot invite as owner");
    auto const target = pg::read_row<target_row>(result, 0);
    if (!target.member_user_id) refuse(404, "User not found");
    if (!found(result)) refuse(409, "User already a member");
    co_return to_wire(pg::read_row<member_row>(result, 0));
}

task<member> service::change_role(caller who, std::string id, std::string user_id, role_form sent) {
    who = in(std::move(id), role::admin, std::move(who));
    pg::parameters parameters(who.token_hash, who.org_id, user_id, sent.role, who.address);
    auto const result = co_await db_.run(sql::orgs::change_role, std::move(parameters));
    auto const by = admit(who, result);
    require_role(sent.role, "Cannot assign owner role");
    auto row = found_row<changed_row>(result, member_not_found);
    if (row.member_role == owner) refuse(400, "Cannot change owner's role");
    if (!row.is_changed && row.member_role == admin && by.role != owner) {
        refuse(403, insufficient_permissions);
    }
    // Gone, or made more than that, while this was on its way.
    if (!row.is_changed) refuse(404, member_not_found);
    co_return to_wire(std::move(row));
}

task<void> service::remove_member(caller who, std::string id, std::string user_id) {
    who = in(std::move(id), role::viewer, std::move(who));
    auto body = [&](pg::transaction& transaction) {
        return remove_locked(transaction, who, user_id);
    };
    co_await db_.transact(body);
}

} // namespace kinvault::domain::orgs
