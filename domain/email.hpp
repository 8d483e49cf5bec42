// Email addresses: the one form an account is known under, and whether a text is one at all. Used
// by whoever finds accounts by email or takes an address to send mail to.
#pragma once

#include <string>
#include <string_view>

namespace kinvault::domain {

/// Trimmed and in lower case.
std::string normal_email(std::string_view text);

/// Whether this has a local part, one `@` and a domain, no white space or control characters, and
/// nothing that has a meaning in a list of addresses (RFC 5322, section 3.2.3: specials).
bool is_email(std::string_view text);

} // namespace kinvault::domain
