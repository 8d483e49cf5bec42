#include "domain/categories/service.hpp"

#include "sql/statements.hpp"

#include <algorithm>

namespace kinvault::domain::categories {

namespace {

field to_wire(config::field const& from) {
    field out{from.key, from.label, from.type, from.required, std::nullopt};
    if (from.options) {
        auto& options = out.options.emplace();
        for (auto const& entry : *from.options) options.push_back({entry.value, entry.label});
    }
    return out;
}

std::vector<field> to_wire(std::vector<config::field> const& from) {
    std::vector<field> out;
    for (auto const& entry : from) out.push_back(to_wire(entry));
    return out;
}

coverage to_wire(config::coverage const& from) {
    coverage out{from.layout, from.supports_providers, {}, {}};
    for (auto const& limit : from.plan_limits) {
        out.plan_limits.push_back({limit.key, limit.label, limit.group, limit.sort_order});
    }
    for (auto const& row : from.default_rows) {
        out.default_rows.push_back({row.key, row.label, row.section, row.sort_order});
    }
    return out;
}

subcategory to_wire(config::subcategory const& from) {
    subcategory out{from.key,     from.label,      from.icon,        to_wire(from.fields),
                    std::nullopt, from.file_slots, from.recommended, 0,
                    std::nullopt};
    if (from.field_groups) {
        auto& groups = out.field_groups.emplace();
        for (auto const& group : *from.field_groups) {
            groups.push_back({group.label, to_wire(group.fields)});
        }
    }
    if (from.coverage) out.coverage_definition = to_wire(*from.coverage);
    return out;
}

struct count_row {
    std::string id;
    std::string subcategory;
    std::int64_t items = 0;
};
BOOST_DESCRIBE_STRUCT(count_row, (), (id, subcategory, items))

} // namespace

service::service(pg::pool& db, config::catalogue const& catalogue) : db_(db) {
    for (auto const& from : catalogue.categories) {
        category out{from.slug, from.label, from.icon, {}};
        for (auto const& entry : from.subcategories) out.subcategories.push_back(to_wire(entry));
        categories_.push_back(std::move(out));
    }
}

task<service::counts> service::count(caller who) {
    pg::parameters parameters(who.token_hash, who.org_id);
    auto const result = co_await db_.run(sql::categories::counts, std::move(parameters));
    admit(who, result);
    counts found;
    for (auto& row : found_rows<count_row>(result)) {
        found[{std::move(row.id), std::move(row.subcategory)}] = row.items;
    }
    co_return found;
}

task<std::vector<category_summary>> service::list(caller who) {
    auto const items = co_await count(std::move(who));
    std::vector<category_summary> list;
    for (auto const& from : categories_) {
        category_summary out{from.slug, from.label, from.icon,
                             static_cast<std::int64_t>(from.subcategories.size()), 0};
        for (auto const& [kind, number] : items) {
            if (kind.first == from.slug) out.total_items += number;
        }
        list.push_back(std::move(out));
    }
    co_return list;
}

task<category> service::get(caller who, std::string slug) {
    auto const items = co_await count(std::move(who));
    auto const from = std::find_if(categories_.begin(), categories_.end(),
                                   [&](category const& entry) { return entry.slug == slug; });
    if (from == categories_.end()) refuse(404, "Category not found");
    category out = *from;
    for (auto& entry : out.subcategories) {
        auto const number = items.find({out.slug, entry.key});
        if (number != items.end()) entry.item_count = number->second;
    }
    co_return out;
}

} // namespace kinvault::domain::categories
