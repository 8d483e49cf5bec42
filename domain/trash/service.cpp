#include "domain/trash/service.hpp"

#include "domain/files/removal.hpp"
#include "sql/statements.hpp"

#include <boost/describe/class.hpp>

namespace kinvault::domain::trash {

namespace {

/// Items removed in one transaction.
constexpr int batch = 50;

struct id_row {
    std::string id;
};
BOOST_DESCRIBE_STRUCT(id_row, (), (id))

struct key_row {
    std::string storage_key;
};
BOOST_DESCRIBE_STRUCT(key_row, (), (storage_key))

/// Removes locked items; gives the keys of their objects, which are on the pending list now.
task<std::vector<std::string>> remove_rows(pg::transaction& transaction,
                                           std::vector<std::string> const& ids,
                                           std::optional<std::string> const& by,
                                           std::optional<std::string> const& address) {
    pg::parameters parameters(ids, by, address);
    auto const result = co_await transaction.run(sql::trash::destroy, std::move(parameters));
    std::vector<std::string> keys;
    for (auto& row : pg::read_rows<key_row>(result)) keys.push_back(std::move(row.storage_key));
    co_return keys;
}

task<std::int64_t> purge_batch(pg::transaction& transaction, std::uint32_t days) {
    pg::parameters parameters(days, batch);
    auto const result = co_await transaction.run(sql::trash::lock_expired, std::move(parameters));
    std::vector<std::string> ids;
    for (auto& row : pg::read_rows<id_row>(result)) ids.push_back(std::move(row.id));
    if (ids.empty()) co_return 0;
    co_await remove_rows(transaction, ids, std::nullopt, std::nullopt);
    co_return static_cast<std::int64_t>(ids.size());
}

} // namespace

task<items::item> service::restore(caller who, std::string id) {
    pg::parameters parameters(who.token_hash, who.org_id, id);
    auto const result = co_await db_.run(sql::trash::restore, std::move(parameters));
    admit(who, result);
    co_return items_.reveal(found_row<items::item_row>(result, item_not_found));
}

task<std::vector<std::string>> service::destroy_locked(pg::transaction& transaction,
                                                       caller const& who, std::string const& id,
                                                       items::precondition const& expected) {
    pg::parameters parameters(who.token_hash, who.org_id, id);
    auto const result = co_await transaction.run(sql::trash::lock, std::move(parameters));
    auto const by = admit(who, result);
    if (!found(result)) refuse(404, item_not_found);
    if (expected) {
        co_await items_.require_version(transaction, id, *expected);
    }
    std::vector<std::string> const ids{id};
    std::optional<std::string> const user(by.user_id);
    std::optional<std::string> const address(who.address);
    auto keys = co_await remove_rows(transaction, ids, user, address);
    co_return keys;
}

task<void> service::destroy(caller who, std::string id, items::precondition expected) {
    who.needed = role::admin;
    auto body = [&](pg::transaction& transaction) {
        return destroy_locked(transaction, who, id, expected);
    };
    auto keys = co_await db_.transact(body);
    co_await files::remove_objects(db_, store_, std::move(keys));
}

task<std::int64_t> service::purge(std::uint32_t days) {
    std::int64_t removed = 0;
    for (;;) {
        auto body = [&](pg::transaction& transaction) { return purge_batch(transaction, days); };
        std::int64_t const count = co_await db_.transact(body);
        removed += count;
        if (count < batch) co_return removed;
    }
}

} // namespace kinvault::domain::trash
