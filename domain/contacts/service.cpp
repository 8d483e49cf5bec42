#include "domain/contacts/service.hpp"

#include "crypto/random.hpp"
#include "domain/contacts/address.hpp"
#include "domain/locked_item.hpp"
#include "sql/statements.hpp"

namespace kinvault::domain::contacts {

namespace {

constexpr std::string_view contact_not_found = "Contact not found";

contact to_contact(create_contact sent) {
    contact made;
    static_cast<address_parts&>(made) = std::move(sent);
    made.id = crypto::random_uuid();
    made.item_id = std::move(sent.item_id);
    made.label = std::move(sent.label);
    made.value = std::move(sent.value.value);
    made.contact_type = std::move(sent.contact_type.value);
    made.sort_order = *sent.sort_order;
    made.encryption_version = *sent.encryption_version;
    settle(made);
    return made;
}

} // namespace

task<std::vector<contact>> service::list(caller who, list_query query) {
    pg::parameters parameters(who.token_hash, who.org_id, query.item_id, *query.limit,
                              query.offset());
    auto const result = co_await db_.run(sql::contacts::page, std::move(parameters));
    admit(who, result);
    co_return found_rows<contact>(result);
}

task<contact> service::create_locked(pg::transaction& transaction, caller const& who,
                                     contact made) {
    co_await lock_item(transaction, who, made.item_id);
    // A statement of its own: it sees what those have added for whom the lock had to wait.
    pg::parameters parameters(made.id, made.item_id, made.label, made.value, made.contact_type,
                              made.sort_order, made.encryption_version, made.address_line1,
                              made.address_line2, made.address_city, made.address_state,
                              made.address_zip);
    auto const result = co_await transaction.run(sql::contacts::add, std::move(parameters));
    made.sort_order = pg::scalar<std::int64_t>(result).value();
    co_return made;
}

task<contact> service::create(caller who, create_contact sent) {
    auto const wanted = to_contact(std::move(sent));
    auto body = [&](pg::transaction& transaction) {
        return create_locked(transaction, who, wanted);
    };
    contact made = co_await db_.transact(body);
    co_return made;
}

task<done> service::reorder(caller who, new_order sent) {
    std::vector<std::string> ids;
    std::vector<std::int64_t> orders;
    for (auto& entry : sent.contacts) {
        ids.push_back(std::move(entry.id));
        orders.push_back(entry.sort_order);
    }
    pg::parameters parameters(who.token_hash, who.org_id, sent.item_id, ids, orders);
    auto const result = co_await db_.run(sql::contacts::reorder, std::move(parameters));
    admit(who, result);
    if (!found(result)) refuse(404, item_not_found);
    co_return done{};
}

task<contact> service::change_locked(pg::transaction& transaction, caller const& who,
                                     std::string const& id, change_contact const& sent) {
    pg::parameters which(who.token_hash, who.org_id, id);
    auto const lock = co_await transaction.run(sql::contacts::lock, std::move(which));
    admit(who, lock);
    auto const changed = merge(found_row<contact>(lock, contact_not_found), sent);
    pg::parameters parameters(id, changed.label, changed.value, changed.contact_type,
                              changed.sort_order, changed.encryption_version, changed.address_line1,
                              changed.address_line2, changed.address_city, changed.address_state,
                              changed.address_zip);
    co_await transaction.run(sql::contacts::save, std::move(parameters));
    co_return changed;
}

task<contact> service::change(caller who, std::string id, change_contact sent) {
    auto body = [&](pg::transaction& transaction) {
        return change_locked(transaction, who, id, sent);
    };
    contact changed = co_await db_.transact(body);
    co_return changed;
}

task<void> service::remove(caller who, std::string id) {
    pg::parameters parameters(who.token_hash, who.org_id, id);
    auto const result = co_await db_.run(sql::contacts::remove, std::move(parameters));
    admit(who, result);
    if (!found(result)) refuse(404, contact_not_found);
}

} // namespace kinvault::domain::contacts
