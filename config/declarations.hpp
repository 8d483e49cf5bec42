// The table of all settings: each is declared once, and flags, environment, file, check-config,
// help and documentation are made from it. Used by settings.cpp and describe.cpp only.
#pragma once

#include "config/settings.hpp"
#include "config/values.hpp"

#include <span>
#include <string>
#include <string_view>

namespace kinvault::config {

struct declaration {
    std::string_view name;     ///< as in the environment
    std::string_view group;    ///< heading in help and documentation
    std::string_view hint;     ///< what the value is, e.g. HOURS
    std::string_view fallback; ///< the default, read like any other value; empty: not set
    std::string_view help;
    bool secret = false;  ///< also readable from NAME_FILE; its value is never shown
    bool several = false; ///< a list: the flag may be given several times
    verdict (*read)(std::string_view text, settings& into) = nullptr;
    std::string (*show)(settings const& from) = nullptr;
};

/// All of them, those of a group together.
std::span<declaration const> declarations();
/// By environment name; null when there is none.
declaration const* find_declaration(std::string_view name);

/// `SESSION_EXPIRY_HOURS` -> `session-expiry-hours`
std::string flag_name(std::string_view name);
/// `session-expiry-hours` or `Session_Expiry_Hours` -> `SESSION_EXPIRY_HOURS`
std::string environment_name(std::string_view key);

} // namespace kinvault::config
