#include "domain/auth/device_name.hpp"

#include <algorithm>
#include <span>

namespace kinvault::domain::auth {

namespace {

struct mark {
    std::string_view text; ///< somewhere in the User-Agent
    std::string_view name;
};

// The first that is there counts: most browsers also carry the marks of those they descend from.
constexpr mark browsers[] = {
    {"Edg/", "Edge"},
    {"EdgA/", "Edge"},
    {"EdgiOS/", "Edge"},
    {"OPR/", "Opera"},
    {"SamsungBrowser/", "Samsung Internet"},
    {"FxiOS/", "Firefox"},
    {"Firefox/", "Firefox"},
    {"CriOS/", "Chrome"},
    {"Chrome/", "Chrome"},
    {"Safari/", "Safari"},
};

// iPhones say "like Mac OS X", Android says "Linux".
constexpr mark systems[] = {
    {"iPhone", "iPhone"},      {"iPad", "iPad"},       {"Android", "Android"}, {"CrOS", "ChromeOS"},
    {"Windows NT", "Windows"}, {"Macintosh", "macOS"}, {"Linux", "Linux"},
};

std::string_view first_of(std::span<mark const> marks, std::string_view text) {
    for (auto const& one : marks) {
        if (text.find(one.text) != std::string_view::npos) return one.name;
    }
    return {};
}

/// The product that names itself first (RFC 9110, section 10.1.5), as `curl` in `curl/8.5.0`.
std::string_view first_product(std::string_view text) {
    constexpr std::size_t longest = 40;
    auto const allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    };
    auto const end = std::find_if_not(text.begin(), text.end(), allowed);
    auto const length = static_cast<std::size_t>(end - text.begin());
    return text.substr(0, std::min(length, longest));
}

} // namespace

std::string device_name(std::string_view user_agent) {
    auto const system = first_of(systems, user_agent);
    auto program = first_of(browsers, user_agent);
    // "Mozilla" is what browsers say that we do not know, and says nothing.
    if (program.empty() && !user_agent.starts_with("Mozilla/")) program = first_product(user_agent);
    if (program.empty() && system.empty()) return "Unknown device";
    if (program.empty()) return std::string(system);
    if (system.empty()) return std::string(program);
    return std::string(program).append(" on ").append(system);
}

} // namespace kinvault::domain::auth
