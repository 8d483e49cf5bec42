#include "domain/audit/service.hpp"

#include "domain/schema/write.hpp"
#include "sql/statements.hpp"

namespace kinvault::domain::audit {

namespace {

constexpr int export_batch = 1000;

struct entry_row {
    std::string id;
    std::string action;
    std::optional<std::string> actor_id;
    std::optional<std::string> user_email;
    std::optional<std::string> detail;
    std::optional<std::string> ip_address;
    schema::timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(entry_row, (),
                      (id, action, actor_id, user_email, detail, ip_address, created_at))

shown_entry to_wire(entry_row row) {
    return {std::move(row.id),         std::move(row.action), std::move(row.actor_id),
            std::move(row.user_email), std::move(row.detail), std::move(row.ip_address),
            std::move(row.created_at)};
}

} // namespace

task<std::vector<shown_entry>> service::page(caller who, page_query query) {
    std::optional<std::string> moment, entry;
    if (query.before) (schema::is_uuid(*query.before) ? entry : moment) = *query.before;
    pg::parameters parameters(who.token_hash, who.org_id, query.action, query.user_id, moment,
                              entry, *query.limit);
    auto const result = co_await db_.run(sql::audit::page, std::move(parameters));
    admit(who, result);
    std::vector<shown_entry> all;
    for (auto& row : found_rows<entry_row>(result)) all.push_back(to_wire(std::move(row)));
    co_return all;
}

task<std::int64_t> export_entries(pg::pool& db, export_options what,
                                  std::function<void(std::string_view)> write) {
    std::int64_t count = 0;
    // No id comes before the empty one.
    std::string moment = what.since.value_or("-infinity");
    std::string id;
    std::string lines;
    for (;;) {
        pg::parameters parameters(what.org_id, moment, id, export_batch);
        auto const result = co_await db.run(sql::audit::export_, std::move(parameters));
        auto const entries = pg::read_rows<exported_entry>(result);
        lines.clear();
        for (auto const& entry : entries) {
            schema::write(lines, entry);
            lines += '\n';
        }
        write(lines);
        count += static_cast<std::int64_t>(entries.size());
        if (entries.size() < export_batch) co_return count;
        moment = entries.back().created_at;
        id = entries.back().id;
    }
}

} // namespace kinvault::domain::audit
