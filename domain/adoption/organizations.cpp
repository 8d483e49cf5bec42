#include "domain/adoption/organizations.hpp"

#include "sql/statements.hpp"
#include "storage/postgres/rows.hpp"

namespace kinvault::domain::adoption {

task<std::vector<organization_row>> organization_pages::next() {
    constexpr int page_size = 1000;
    pg::parameters parameters(last_, page_size);
    auto const result = co_await db_.run(sql::adoption::organizations, std::move(parameters));
    auto rows = pg::read_rows<organization_row>(result);
    if (!rows.empty()) last_ = rows.back().id;
    co_return rows;
}

} // namespace kinvault::domain::adoption
