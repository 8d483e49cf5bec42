// Who asks, and whether they may: sessions, organisations and roles. Most statements begin with the
// fragment `caller` (sql/queries/_fragments.sql), which finds session, organisation and role in the
// round trip that does the work; `admit` turns what it found into a refusal where there is one.
#pragma once

#include "domain/error.hpp"
#include "storage/postgres/rows.hpp"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kinvault::domain {

/// Roles in rising order; `anyone` needs a session only.
enum class role { anyone, viewer, member, admin, owner };

/// The role of this name, or nothing. `anyone` is no role a member can have.
std::optional<role> role_from(std::string_view name);
std::string_view name_of(role value);

/// Who makes a request, as far as the request says.
struct caller {
    std::string token_hash; ///< SHA-256 of the session token, hex
    std::optional<std::string>
        org_id;                 ///< the organisation named by X-Org-Id, else the first joined
    role needed = role::viewer; ///< what the route asks for
    std::string address;        ///< of the client, behind trusted proxies too
    std::string user_agent;
};

/// The columns of the fragment `caller`.
struct caller_row {
    std::string user_id;
    std::optional<std::string> org_id;
    std::optional<std::string> role;
};
BOOST_DESCRIBE_STRUCT(caller_row, (), (user_id, org_id, role))

/// Who asked, as a statement that begins with `caller` found it. Refuses with 401 without a session
/// (no row), 400 or 403 without an organisation, 403 below the needed role.
caller_row admit(caller const& who, pg::result const& result);

/// Whether the statement found what it was to find beside the caller: `id` is not null.
bool found(pg::result const& result);

/// The rows of a list that may be empty (then there is one row, of the caller only).
template <class Row>
std::vector<Row> found_rows(pg::result const& result) {
    return found(result) ? pg::read_rows<Row>(result) : std::vector<Row>();
}

[[noreturn]] void refuse(int status, std::string_view detail);

/// The one row of a statement, or 404 with this text.
template <class Row>
Row found_row(pg::result const& result, std::string_view detail) {
    if (!found(result)) refuse(404, detail);
    return pg::read_row<Row>(result, 0);
}

/// The texts of refusals that several modules share.
inline constexpr std::string_view item_not_found = "Item not found";
inline constexpr std::string_view insufficient_permissions = "Insufficient permissions";

} // namespace kinvault::domain
