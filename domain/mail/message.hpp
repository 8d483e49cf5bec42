// A mail as it goes over the wire: RFC 5322 with MIME parts (RFC 2045, 2046) and encoded words in
// the head (RFC 2047). Pure. Used by the outbox.
#pragma once

#include "config/mailbox.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace kinvault::domain::mail {

struct message {
    std::string id; ///< a UUID: the Message-ID is made of it, so that a copy is known as one
    config::mailbox from;
    std::string to; ///< one address (domain/email.hpp)
    std::string subject;
    std::string text; ///< UTF-8, lines end with \n
    std::string html; ///< the same as HTML
    std::chrono::sys_seconds date;
};

/// All lines end with CRLF and have at most 998 characters, whatever the texts hold. Texts in ASCII
/// go as they are, others in base64. Nothing in a text can begin a field of the head.
std::string render(message const& from);

// The encodings, for themselves.

/// What may stand in the head: as it is when that says the same, else encoded words, folded.
std::string encode_header(std::string_view text);
/// `Sun, 22 Nov 2026 18:05:27 +0000`
std::string date_text(std::chrono::sys_seconds when);

} // namespace kinvault::domain::mail
