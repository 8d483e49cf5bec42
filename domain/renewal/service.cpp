#include "domain/renewal/service.hpp"

#include "crypto/random.hpp"
#include "domain/items/values.hpp"
#include "domain/renewal/dates.hpp"
#include "sql/statements.hpp"

namespace kinvault::domain::renewal {

namespace {

/// The values as they are stored, ciphertext included: what is copied need not be read.
items::value_columns to_columns(std::vector<items::field_value> const& values) {
    items::value_columns columns;
    for (auto const& value : values) {
        if (!value.field_value) continue;
        columns.ids.push_back(crypto::random_uuid());
        columns.keys.push_back(value.field_key);
        columns.values.push_back(*value.field_value);
        columns.types.push_back(value.field_type);
    }
    return columns;
}

} // namespace

task<items::item> service::renew(caller who, std::string id) {
    auto body = [&](pg::transaction& transaction) { return renew_locked(transaction, who, id); };
    items::item renewed = co_await db_.transact(body);
    co_return renewed;
}

task<items::item> service::renew_locked(pg::transaction& transaction, caller const& who,
                                        std::string const& id) {
    pg::parameters which(who.token_hash, who.org_id, id);
    auto const lock = co_await transaction.run(sql::items::lock, std::move(which));
    auto const asking = admit(who, lock);
    auto const old = found_row<items::locked_row>(lock, item_not_found);
    auto const* kind = catalogue_.find_subcategory(old.category, old.subcategory);
    if (!kind || !kind->renewable) refuse(400, "This item type cannot be renewed");

    pg::parameters of_old(id);
    auto const stored = co_await transaction.run(sql::renewal::values, std::move(of_old));
    auto before = pg::read_rows<items::field_value>(stored);
    auto after = before;
    std::optional<schema::date> ended;
    // The dates of version 2 are ciphertext; only the client can set them.
    if (old.encryption_version == 1) {
        auto const today = today_();
        renew_dates(after, today);
        if (end_today(before, today)) ended = to_date(today);
    }
    auto const columns = to_columns(after);
    std::string const fresh = crypto::random_uuid();
    pg::parameters parameters(id, fresh, asking.user_id,
                              items::searchable_text(kind, old.encryption_version, after),
                              columns.ids, columns.keys, columns.values, columns.types, ended,
                              items::searchable_text(kind, old.encryption_version, before));
    auto const result = co_await transaction.run(sql::renewal::renew, std::move(parameters));
    auto row = pg::read_row<items::item_row>(result, 0);
    row.fields = std::move(after);
    co_return items_.reveal(std::move(row));
}

} // namespace kinvault::domain::renewal
