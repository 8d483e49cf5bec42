#include "domain/audit/record.hpp"

#include "sql/statements.hpp"

namespace kinvault::domain::audit {

task<void> record(pg::session& db, entry what) {
    pg::parameters parameters(what.user_id, what.org_id, what.action, what.detail, what.address);
    co_await db.run(sql::audit::record, std::move(parameters));
}

} // namespace kinvault::domain::audit
