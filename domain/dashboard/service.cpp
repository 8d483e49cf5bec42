#include "domain/dashboard/service.hpp"

#include "domain/dashboard/premium.hpp"
#include "sql/statements.hpp"

namespace kinvault::domain::dashboard {

service::service(pg::pool& db, config::catalogue const& catalogue) : db_(db) {
    for (auto const& category : catalogue.categories) {
        for (auto const& kind : category.subcategories) {
            if (kind.insurance) policies_.push_back(kind.key);
        }
    }
}

task<stats> service::get(caller who) {
    pg::parameters parameters(who.token_hash, who.org_id, policies_);
    auto const result = co_await db_.run(sql::dashboard::stats, std::move(parameters));
    auto const found = admit(who, result);
    if (!found.org_id && who.org_id) refuse(403, "Not a member of this organization");
    auto const row = pg::read_row<stats_row>(result, 0);
    co_return stats{total_annual_premium(row.policies), row.people_count, row.vehicles_count,
                    row.policies_count};
}

} // namespace kinvault::domain::dashboard
