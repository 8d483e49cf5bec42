// Public keys of members, and the organisation's key wrapped for each of them.
#include "domain/auth/service.hpp"
#include "sql/statements.hpp"

namespace kinvault::domain::auth {

namespace {

/// These routes act on the organisation in their path.
caller in(std::string org_id, caller who) {
    who.org_id = std::move(org_id);
    return who;
}

void require_membership(caller_row const& found) {
    if (!found.org_id) refuse(403, "Not a member of this org");
}

struct stored_row {
    std::string id;
    bool is_stored = false;
};
BOOST_DESCRIBE_STRUCT(stored_row, (), (id, is_stored))

struct pending_row {
    std::vector<pending_key> pending;
};
BOOST_DESCRIBE_STRUCT(pending_row, (), (pending))

} // namespace

task<message_answer> service::store_org_key(caller who, std::string org_id, key_form sent) {
    who = in(std::move(org_id), std::move(who));
    pg::parameters parameters(who.token_hash, who.org_id, sent.user_id,
                              sent.encrypted_org_key.value, who.address);
    auto const result = co_await db_.run(sql::auth::store_org_key, std::move(parameters));
    require_membership(admit(who, result));
    auto const target = found_row<stored_row>(result, "User not found");
    if (!target.is_stored) refuse(403, insufficient_permissions);
    co_return message_answer{"Org key stored successfully"};
}

task<wrapped_key> service::my_org_key(caller who, std::string org_id) {
    who = in(std::move(org_id), std::move(who));
    pg::parameters parameters(who.token_hash, who.org_id);
    auto const result = co_await db_.run(sql::auth::my_org_key, std::move(parameters));
    admit(who, result);
    co_return found_row<wrapped_key>(result, "No org key found");
}

task<public_key_answer> service::public_key(caller who, std::string user_id) {
    pg::parameters parameters(who.token_hash, who.org_id, user_id);
    auto const result = co_await db_.run(sql::auth::public_key, std::move(parameters));
    admit(who, result);
    co_return found_row<public_key_answer>(result, "Public key not found");
}

task<std::vector<pending_key>> service::pending_keys(caller who, std::string org_id) {
    who = in(std::move(org_id), std::move(who));
    pg::parameters parameters(who.token_hash, who.org_id);
    auto const result = co_await db_.run(sql::auth::pending_keys, std::move(parameters));
    require_membership(admit(who, result));
    auto row = pg::read_row<pending_row>(result, 0);
    co_return std::move(row.pending);
}

} // namespace kinvault::domain::auth
