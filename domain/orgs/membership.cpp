#include "domain/orgs/membership.hpp"

#include "domain/orgs/model.hpp"
#include "sql/statements.hpp"

namespace kinvault::domain::orgs {

namespace {

void require_removable(caller_row const& by, locked_row const& target) {
    bool const leaves = by.user_id == target.member_user_id;
    bool const may_remove =
        by.role == "owner" || (by.role == "admin" && target.member_role != "admin");
    // Members are told what they may not do before what nobody may.
    if (!leaves && by.role != "owner" && by.role != "admin") refuse(403, insufficient_permissions);
    if (target.member_role == "owner") refuse(400, "Cannot remove the owner");
    if (!leaves && !may_remove) refuse(403, insufficient_permissions);
}

} // namespace

task<membership_end> end_membership(pg::session& transaction, caller who, std::string user_id) {
    pg::parameters which(who.token_hash, who.org_id, user_id);
    auto const result = co_await transaction.run(sql::orgs::lock_member, std::move(which));
    membership_end end{admit(who, result), found(result)};
    if (!end.was_member) co_return end;
    auto const target = pg::read_row<locked_row>(result, 0);
    require_removable(end.by, target);
    pg::parameters parameters(end.by.org_id, target.member_user_id, end.by.user_id, who.address);
    co_await transaction.run(sql::orgs::remove_member, std::move(parameters));
    co_return end;
}

} // namespace kinvault::domain::orgs
