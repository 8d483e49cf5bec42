// The sessions of a user: where they are signed in, and signing out elsewhere.
#include "domain/auth/device_name.hpp"
#include "domain/auth/service.hpp"
#include "sql/statements.hpp"

#include <chrono>

namespace kinvault::domain::auth {

namespace {

/// Sessions in one statement that writes down when they were used.
constexpr std::size_t most_uses = 1000;

device_session to_wire(session_row row) {
    return {std::move(row.id),
            device_name(row.user_agent.value_or("")),
            std::move(row.ip_address),
            std::move(row.created_at),
            std::move(row.last_used_at),
            std::move(row.expires_at),
            row.is_current};
}

} // namespace

void service::note_use(std::string const& token_hash) {
    auto const now = std::chrono::system_clock::now().time_since_epoch();
    uses_.note(token_hash, std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

task<void> service::record_uses() {
    for (;;) {
        auto const some = uses_.pending(most_uses);
        if (some.empty()) co_return;
        pg::parameters parameters(some.tokens, some.times);
        co_await db_.run(sql::auth::record_uses, std::move(parameters));
        uses_.written(some);
    }
}

task<std::vector<device_session>> service::sessions(caller who) {
    pg::parameters parameters(who.token_hash, who.org_id);
    auto const result = co_await db_.run(sql::auth::sessions, std::move(parameters));
    admit(who, result);
    std::vector<device_session> all;
    for (auto& row : found_rows<session_row>(result)) all.push_back(to_wire(std::move(row)));
    co_return all;
}

task<void> service::end_session(caller who, std::string id) {
    pg::parameters parameters(who.token_hash, who.org_id, id, who.address);
    auto const result = co_await db_.run(sql::auth::end_session, std::move(parameters));
    admit(who, result);
    if (!found(result)) refuse(404, "Session not found");
}

task<void> service::end_other_sessions(caller who) {
    pg::parameters parameters(who.token_hash, who.org_id, who.address);
    auto const result = co_await db_.run(sql::auth::end_other_sessions, std::move(parameters));
    admit(who, result);
}

} // namespace kinvault::domain::auth
