#include "domain/organization_key.hpp"

#include "sql/statements.hpp"

#include <stdexcept>

namespace kinvault::domain {

task<active_organization_row> active_organization(pg::session& db, caller who) {
    pg::parameters parameters(who.token_hash, who.org_id);
    auto const result = co_await db.run(sql::access::organization_key, std::move(parameters));
    admit(who, result);
    co_return pg::read_row<active_organization_row>(result, 0);
}

crypto::organization_key open_key(crypto::master_key const& keys, std::string const& wrapped) {
    auto key = keys.unwrap(wrapped);
    if (!key) throw std::runtime_error("an organisation's key does not open with this SECRET_KEY");
    return std::move(*key);
}

} // namespace kinvault::domain
