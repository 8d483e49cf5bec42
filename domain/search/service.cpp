#include "domain/search/service.hpp"

#include "sql/statements.hpp"

namespace kinvault::domain::search {

task<items::item_page> service::find(caller who, search_query asked) {
    pg::parameters parameters(who.token_hash, who.org_id, asked.q);
    auto const result = co_await db_.run(sql::search::find, std::move(parameters));
    admit(who, result);
    items::item_page page;
    for (auto& row : found_rows<items::item_row>(result)) {
        page.items.push_back(items_.reveal(std::move(row)));
    }
    if (!page.items.empty()) {
        pg::from_column(result.get(0, result.column("total")).value(), page.total);
    }
    co_return page;
}

} // namespace kinvault::domain::search
