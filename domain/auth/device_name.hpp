// What a person calls the device behind a User-Agent: "Firefox on Windows". Used by the list of
// sessions.
#pragma once

#include <string>
#include <string_view>

namespace kinvault::domain::auth {

/// Browser and system where they are known, else the name of the program, else "Unknown device".
/// Never longer than 60 characters, all of them printable ASCII.
std::string device_name(std::string_view user_agent);

} // namespace kinvault::domain::auth
