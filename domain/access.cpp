#include "domain/access.hpp"

#include <array>
#include <stdexcept>

namespace kinvault::domain {

namespace {
constexpr std::array<std::string_view, 5> names{"", "viewer", "member", "admin", "owner"};
}

std::optional<role> role_from(std::string_view name) {
    for (std::size_t i = 1; i < names.size(); ++i) {
        if (names[i] == name) return static_cast<role>(i);
    }
    return std::nullopt;
}

std::string_view name_of(role value) {
    return names[static_cast<std::size_t>(value)];
}

void refuse(int status, std::string_view detail) {
    throw failure(status, std::string(detail));
}

bool found(pg::result const& result) {
    int const column = result.column("id");
    if (column < 0) throw std::logic_error("a statement without a column id");
    return !result.empty() && !result.is_null(0, column);
}

caller_row admit(caller const& who, pg::result const& result) {
    auto row = pg::first_row<caller_row>(result);
    if (!row) refuse(401, "Invalid or expired session token");
    if (who.needed == role::anyone) return std::move(*row);
    if (!row->org_id || !row->role) {
        if (who.org_id) refuse(403, "Not a member of this organization");
        refuse(400, "No organization found");
    }
    auto const has = role_from(*row->role).value_or(role::anyone);
    if (has < who.needed) refuse(403, insufficient_permissions);
    return std::move(*row);
}

} // namespace kinvault::domain
