// What proxies in front say about the client: RFC 7239's Forwarded, and the X-Forwarded-* fields
// that are older and more common. Used by the dispatcher, and only for peers that are trusted.
#pragma once

#include "server/http/message.hpp"

#include <boost/asio/ip/address.hpp>

#include <functional>
#include <optional>
#include <string>

namespace kinvault::http {

/// Whether a peer may report whom it speaks for; nothing is the peer of a Unix socket.
using trust = std::function<bool(std::optional<asio::ip::address> const&)>;

/// Who is at the other end, as far as is known.
struct client_identity {
    std::string address; ///< of the client; "unix" for the peer of a Unix socket
    bool secure = false; ///< it came over HTTPS
    std::string host;    ///< it asked for, a checked Host; may be empty
};

/// Replaces in `known`, which is what the connection itself shows, what trusted proxies report.
/// Each proxy adds, at the right end, what it saw: the client is the first address from the right
/// that is no proxy of ours, and everything to the left of it is hearsay. X-Forwarded-* go before
/// Forwarded, which most proxies that write the former let pass unseen.
client_identity apply_forwarded(request_head const& head, client_identity known,
                                trust const& trusted);

} // namespace kinvault::http
