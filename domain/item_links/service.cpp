#include "domain/item_links/service.hpp"

#include "domain/items/values.hpp"
#include "domain/organization_key.hpp"
#include "sql/statements.hpp"

#include <algorithm>

namespace kinvault::domain::item_links {

namespace {

/// The values that a list of children shows, and the end date that stands in for another.
std::vector<std::string> const shown_keys{"license_type",      "expiration_date", "end_date",
                                          "issuing_authority", "provider",        "coverage_type",
                                          "premium",           "document_type",   "tax_year"};

std::vector<std::string> kinds(config::catalogue const& catalogue,
                               bool config::subcategory::*is_one) {
    std::vector<std::string> keys;
    for (auto const& category : catalogue.categories) {
        for (auto const& kind : category.subcategories) {
            if (kind.*is_one) keys.push_back(kind.key);
        }
    }
    std::sort(keys.begin(), keys.end());
    return keys;
}

bool contains(std::vector<std::string> const& keys, std::string const& key) {
    return std::binary_search(keys.begin(), keys.end(), key);
}

std::string with_list(std::string text, std::vector<std::string> const& keys) {
    for (std::size_t i = 0; i < keys.size(); ++i) text.append(i > 0 ? ", " : " (").append(keys[i]);
    return text.append(")");
}

std::optional<std::string> take(std::vector<items::field_value>& values, std::string_view key) {
    for (auto& value : values) {
        if (value.field_key == key) return std::move(value.field_value);
    }
    return std::nullopt;
}

} // namespace

service::service(pg::pool& db, config::catalogue const& catalogue, crypto::master_key const& keys)
    : db_(db)
    , catalogue_(catalogue)
    , keys_(keys)
    , parent_kinds_(kinds(catalogue, &config::subcategory::business_entity))
    , child_kinds_(kinds(catalogue, &config::subcategory::linkable_child)) {}

linked_child service::reveal(child_row row) const {
    auto& values = row.fields;
    if (row.encryption_version == 1 && !values.empty()) {
        auto const* kind = catalogue_.find_subcategory(row.category, row.subcategory);
        items::decrypt_values(kind, open_key(keys_, row.organization_key), values);
    }
    linked_child child;
    child.id = std::move(row.id);
    child.item_id = std::move(row.item_id);
    child.name = std::move(row.name);
    child.subcategory = std::move(row.subcategory);
    child.is_archived = row.is_archived;
    child.license_type = take(values, "license_type");
    child.expiration_date = take(values, "expiration_date");
    if (!child.expiration_date || child.expiration_date->empty()) {
        child.expiration_date = take(values, "end_date");
    }
    child.issuing_authority = take(values, "issuing_authority");
    child.provider = take(values, "provider");
    child.coverage_type = take(values, "coverage_type");
    child.premium = take(values, "premium");
    child.document_type = take(values, "document_type");
    child.tax_year = take(values, "tax_year");
    child.created_at = std::move(row.created_at);
    return child;
}

task<std::vector<linked_child>> service::children(caller who, std::string parent_id,
                                                  type_query query) {
    pg::parameters parameters(who.token_hash, who.org_id, parent_id, *query.link_type, shown_keys);
    auto const result = co_await db_.run(sql::item_links::children, std::move(parameters));
    admit(who, result);
    if (result.is_null(0, result.column("parent_id"))) refuse(404, item_not_found);
    std::vector<linked_child> list;
    for (auto& row : found_rows<child_row>(result)) list.push_back(reveal(std::move(row)));
    co_return list;
}

task<std::optional<linked_parent>> service::parent(caller who, std::string child_id,
                                                   type_query query) {
    pg::parameters parameters(who.token_hash, who.org_id, child_id, *query.link_type);
    auto const result = co_await db_.run(sql::item_links::parent, std::move(parameters));
    admit(who, result);
    if (result.is_null(0, result.column("child_id"))) refuse(404, item_not_found);
    if (!found(result)) co_return std::nullopt;
    co_return pg::read_row<linked_parent>(result, 0);
}

task<linked_parent> service::link(caller who, std::string child_id, new_link sent) {
    pg::parameters parameters(who.token_hash, who.org_id, child_id, sent.parent_item_id,
                              *sent.link_type, child_kinds_, parent_kinds_);
    auto const result = co_await db_.run(sql::item_links::link, std::move(parameters));
    admit(who, result);
    auto const ends = pg::read_row<ends_row>(result, 0);
    if (!ends.child_kind || !ends.parent_kind) refuse(404, item_not_found);
    if (!contains(parent_kinds_, *ends.parent_kind)) {
        refuse(400, with_list("Parent item must be a business entity", parent_kinds_));
    }
    if (!contains(child_kinds_, *ends.child_kind)) {
        refuse(400, with_list("Child item must be a linkable type", child_kinds_));
    }
    if (!found(result)) refuse(409, "This item is already linked to a business");
    co_return pg::read_row<linked_parent>(result, 0);
}

task<void> service::unlink(caller who, std::string child_id, type_query query) {
    pg::parameters parameters(who.token_hash, who.org_id, child_id, *query.link_type);
    auto const result = co_await db_.run(sql::item_links::unlink, std::move(parameters));
    admit(who, result);
    if (!found(result)) refuse(404, "Link not found");
}

} // namespace kinvault::domain::item_links
