// The framing gate: what a request head must be before anything else looks at it. Beast 345 takes
// several heads for harmless that another program on the way reads differently (request smuggling),
// so whatever is not plainly one request is refused here. Used by the connection; pure functions.
#pragma once

#include "server/http/message.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace kinvault::http {

/// At most this many bytes of head, and this many fields.
inline constexpr std::size_t head_limit = 16 * 1024;
inline constexpr std::size_t field_limit = 64;

/// Where the head ends (behind its empty line), or npos when more is to come. Throws `bad_request`
/// for lines that end in a bare LF, bare CRs, folded fields and a head beyond the limit.
std::size_t find_head_end(std::string_view received);

/// A head as the parser gives it.
struct parsed_head {
    std::string_view verb;
    std::string_view target;
    unsigned version = 11; ///< 10 or 11
    std::vector<std::pair<std::string_view, std::string_view>> fields;
};

/// What the gate makes of it.
struct admitted_head {
    request_head head;
    bool keep_alive = true;
    bool chunked = false;
    bool expects_continue = false;
};

/// Whether a text is what a Host field may hold: a name, an IPv4 or bracketed IPv6 address (RFC
/// 3986) and an optional port.
bool is_host(std::string_view text);

/// Checks RFC 9112's rules on framing and target. Throws `bad_request` (400, 417, 501, 505).
admitted_head admit_head(parsed_head parsed);

} // namespace kinvault::http
