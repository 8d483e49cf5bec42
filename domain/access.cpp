#include "domain/access.hpp"

#include <array>

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

std::string_view name_of(role value) { return names[static_cast<std::size_t>(value)]; }

void refuse(int status, std::string_view detail) { throw failure(status, std::string(detail)); }

void admit(caller const& who, caller_row const* found) {
    if (!found) refuse(401, "Invalid or expired session token");
    if (who.needed == role::anyone) return;
    if (!found->org_id || !found->role) {
        if (who.org_id) refuse(403, "Not a member of this organization");
        refuse(400, "No organization found");
    }
    auto const has = role_from(*found->role).value_or(role::anyone);
    if (has < who.needed) refuse(403, insufficient_permissions);
}

} // namespace kinvault::domain
