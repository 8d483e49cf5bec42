// Sets of IP networks in CIDR notation. Used for TRUSTED_PROXIES: whose word about the client's
// address is believed. Free of Asio, so that everything may use it.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kinvault::config {

/// Addresses and networks, IPv4 and IPv6; an IPv4-mapped IPv6 address (::ffff:10.0.0.1) is the
/// IPv4 address it maps, both in the set and when asked for.
class networks {
  public:
    /// Adds `10.0.0.0/8`, `192.168.1.7`, `fd00::/8`, or `unix`: every peer of a Unix socket.
    /// Bits behind the prefix are dropped. False when the text is none of these.
    bool add(std::string_view text);

    /// Is this address (text form, without brackets, port or zone) in the set? No for other texts.
    bool contains(std::string_view address) const;
    /// The same for the 4 or 16 bytes of an address in network order.
    bool contains(std::span<unsigned char const> address) const;
    /// Are peers of a Unix socket in the set?
    bool contains_unix() const { return unix_; }
    bool empty() const { return entries_.empty() && !unix_; }

    /// The networks in CIDR notation, separated by a comma and a space.
    std::string text() const;

  private:
    /// IPv4 is kept as the mapped IPv6 network, so that one comparison serves both.
    using bytes = std::array<unsigned char, 16>;
    struct entry {
        bytes address;
        unsigned prefix; ///< 0 to 128
    };
    static std::optional<bytes> parse(std::string_view address);

    std::vector<entry> entries_;
    bool unix_ = false;
};

} // namespace kinvault::config
