#include "domain/locked_item.hpp"

#include "sql/statements.hpp"

namespace kinvault::domain {

task<void> lock_item(pg::transaction& transaction, caller const& who, std::string const& id) {
    pg::parameters parameters(who.token_hash, who.org_id, id);
    auto const result = co_await transaction.run(sql::items::lock, std::move(parameters));
    admit(who, result);
    if (!found(result)) refuse(404, item_not_found);
}

} // namespace kinvault::domain
