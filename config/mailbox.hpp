// The sender of mails as an operator writes it: `vault@example.org` or `The vault
// <vault@example.org>`. Used by the check of the settings and by whoever writes mails.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kinvault::config {

struct mailbox {
    std::string name; ///< may be empty; UTF-8 without control characters
    std::string address;

    /// The part behind the `@`.
    std::string_view domain() const;
};

/// Nothing unless the address has a local part and a domain, and only characters that need no
/// quotes (RFC 5322, section 3.2.3).
std::optional<mailbox> parse_mailbox(std::string_view text);

} // namespace kinvault::config
