#include "domain/items/service.hpp"

#include "crypto/random.hpp"
#include "domain/items/values.hpp"
#include "domain/locked_item.hpp"
#include "domain/organization_key.hpp"
#include "sql/statements.hpp"

#include <spdlog/spdlog.h>

namespace kinvault::domain::items {

namespace {

/// An empty filter filters nothing.
std::optional<std::string> filter(std::optional<std::string> value) {
    return value && value->empty() ? std::nullopt : std::move(value);
}

} // namespace

item service::reveal(item_row row) const {
    if (row.organization_key && !row.fields.empty()) {
        auto const* kind = catalogue_.find_subcategory(row.category, row.subcategory);
        decrypt_values(kind, open_key(keys_, *row.organization_key), row.fields);
    }
    return {std::move(row.id),         std::move(row.item_org_id),
            std::move(row.category),   std::move(row.subcategory),
            std::move(row.name),       std::move(row.notes),
            row.is_archived,           row.encryption_version,
            std::move(row.fields),     std::move(row.files),
            std::move(row.created_at), std::move(row.updated_at)};
}

task<item> service::get(caller who, std::string id) {
    pg::parameters parameters(who.token_hash, who.org_id, id);
    auto const result = co_await db_.run(sql::items::by_id, std::move(parameters));
    admit(who, result);
    co_return reveal(found_row<item_row>(result, item_not_found));
}

task<item_page> service::list(caller who, list_query query) {
    auto const category = filter(query.category), subcategory = filter(query.subcategory);
    bool const newest = !category && !subcategory && !*query.include_archived &&
                        query.offset() == 0 && *query.limit <= 100;
    auto const& statement = newest ? sql::items::newest : sql::items::page;
    auto parameters = newest
                          ? pg::parameters(who.token_hash, who.org_id, *query.limit)
                          : pg::parameters(who.token_hash, who.org_id, category, subcategory,
                                           *query.include_archived, *query.limit, query.offset());
    auto const result = co_await db_.run(statement, std::move(parameters));
    admit(who, result);
    item_page page{{}, 0, *query.page, *query.limit};
    pg::from_column(result.get(0, result.column("total")).value(), page.total);
    for (auto& row : found_rows<item_row>(result)) page.items.push_back(reveal(std::move(row)));
    co_return page;
}

/// On creation employees and S election count as no (contract, section 8).
reminders::generated service::reminders_of(create_item const& sent) const {
    auto const* entity = catalogue_.find_reminder_entity(sent.subcategory);
    if (!entity) return {};
    reminders::business business{sent.subcategory, {}, {}};
    for (auto const& field : *sent.fields) {
        if (field.field_value) business.take(*entity, field.field_key, *field.field_value);
    }
    business.has_employees = business.is_s_corp = false;
    return reminders::generate(catalogue_, business, today_());
}

task<item> service::create(caller who, create_item sent) {
    auto const* kind = catalogue_.find_subcategory(sent.category, sent.subcategory);
    if (!kind || has_key_twice(*sent.fields)) {
        // What is wrong with an item is for those who may create one.
        co_await active_organization(db_, who);
        if (!catalogue_.find_category(sent.category)) {
            refuse(400, "Invalid category: " + sent.category);
        }
        if (!kind) refuse(400, "Invalid subcategory: " + sent.subcategory);
        require_unique_keys(*sent.fields);
    }

    std::int64_t const version = *sent.encryption_version;
    std::optional<crypto::organization_key> key;
    if (version == 1 && has_server_encrypted(*kind, *sent.fields)) {
        auto const active = co_await active_organization(db_, who);
        key.emplace(open_key(keys_, active.organization_key));
    }
    auto const columns = to_columns(kind, *sent.fields, key ? &*key : nullptr);
    auto const reminders = reminders_of(sent);
    std::string const id = crypto::random_uuid();
    pg::parameters parameters(who.token_hash, who.org_id, id, sent.category, sent.subcategory,
                              sent.name, sent.notes, version, columns.ids, columns.keys,
                              columns.values, columns.types,
                              searchable_text(kind, version, *sent.fields), reminders.titles,
                              reminders.dates, reminders.notes, reminders.repeats, reminders.days);
    auto const result = co_await db_.run(sql::items::create, std::move(parameters));
    admit(who, result);
    auto row = found_row<created_row>(result, item_not_found);
    co_return item{id,
                   std::move(row.org_id),
                   std::move(sent.category),
                   std::move(sent.subcategory),
                   std::move(sent.name),
                   std::move(sent.notes),
                   false,
                   version,
                   to_values(kind, *sent.fields),
                   {},
                   std::move(row.created_at),
                   std::move(row.updated_at)};
}

task<std::int64_t> service::new_version(pg::transaction& transaction, std::string const& id,
                                        locked_row const& locked, change_item const& sent) {
    std::int64_t const wanted = sent.encryption_version.value_or(locked.encryption_version);
    bool const covers = sent.fields || sent.notes;
    if (wanted == locked.encryption_version || !covers) co_return locked.encryption_version;
    // The version covers notes and values together: a change of one must not leave the other
    // behind under a version that does not fit it.
    if (!sent.notes && locked.notes && !locked.notes->empty()) {
        throw invalid_input("notes", "Required when encryption_version changes");
    }
    if (!sent.fields) {
        pg::parameters parameters(id);
        auto const result = co_await transaction.run(sql::items::has_values, std::move(parameters));
        if (pg::scalar<bool>(result).value_or(false)) {
            throw invalid_input("fields", "Required when encryption_version changes");
        }
    }
    co_return wanted;
}

task<void> service::require_version(pg::transaction& transaction, std::string const& id,
                                    expected_versions const& expected) {
    pg::parameters parameters(id);
    auto const result = co_await transaction.run(sql::items::current, std::move(parameters));
    item current = reveal(found_row<item_row>(result, item_not_found));
    if (!expected.allow(version_of(current))) throw version_mismatch(std::move(current));
}

task<item> service::change_locked(pg::transaction& transaction, caller const& who,
                                  std::string const& id, change_item const& sent,
                                  precondition const& expected) {
    pg::parameters which(who.token_hash, who.org_id, id);
    auto const lock = co_await transaction.run(sql::items::lock, std::move(which));
    admit(who, lock);
    auto const locked = found_row<locked_row>(lock, item_not_found);
    if (sent.fields) require_unique_keys(*sent.fields);
    if (expected) {
        co_await require_version(transaction, id, *expected);
    }
    std::int64_t const version = co_await new_version(transaction, id, locked, sent);

    auto const* kind = catalogue_.find_subcategory(locked.category, locked.subcategory);
    std::optional<crypto::organization_key> key;
    if (version == 1) key.emplace(open_key(keys_, locked.organization_key));
    value_columns columns;
    std::string searchable;
    if (sent.fields) {
        columns = to_columns(kind, *sent.fields, key ? &*key : nullptr);
        searchable = searchable_text(kind, version, *sent.fields);
    }
    pg::parameters parameters(id, sent.name, sent.notes, version, sent.fields.has_value(),
                              columns.ids, columns.keys, columns.values, columns.types, searchable);
    auto const result = co_await transaction.run(sql::items::save, std::move(parameters));
    auto row = found_row<item_row>(result, item_not_found);
    // The statement sees the values as they were before it replaced them.
    if (sent.fields) row.fields.clear();
    item changed = reveal(std::move(row));
    if (sent.fields) changed.fields = to_values(kind, *sent.fields);
    co_return changed;
}

task<item> service::change(caller who, std::string id, change_item sent, precondition expected) {
    auto body = [&](pg::transaction& transaction) {
        return change_locked(transaction, who, id, sent, expected);
    };
    item changed = co_await db_.transact(body);
    co_return changed;
}

task<void> service::archive_in(pg::session& db, caller const& who, std::string const& id) {
    pg::parameters parameters(who.token_hash, who.org_id, id);
    auto const result = co_await db.run(sql::items::archive, std::move(parameters));
    admit(who, result);
    if (!found(result)) refuse(404, item_not_found);
}

task<void> service::archive_locked(pg::transaction& transaction, caller const& who,
                                   std::string const& id, expected_versions const& expected) {
    co_await lock_item(transaction, who, id);
    co_await require_version(transaction, id, expected);
    co_await archive_in(transaction, who, id);
}

task<void> service::archive(caller who, std::string id, precondition expected) {
    if (!expected) {
        co_await archive_in(db_, who, id);
        co_return;
    }
    auto body = [&](pg::transaction& transaction) {
        return archive_locked(transaction, who, id, *expected);
    };
    co_await db_.transact(body);
}

task<migration_status> service::migration(caller who) {
    pg::parameters parameters(who.token_hash, who.org_id);
    auto const result = co_await db_.run(sql::items::migration_status, std::move(parameters));
    admit(who, result);
    co_return pg::read_row<migration_status>(result, 0);
}

} // namespace kinvault::domain::items
