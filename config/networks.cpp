#include "config/networks.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace kinvault::config {
namespace {

constexpr std::array<unsigned char, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned mapped_bits = 96;

template <class Bytes>
bool is_mapped(Bytes const& address) {
    return std::equal(mapped_prefix.begin(), mapped_prefix.end(), address.begin());
}

/// Sets all bits behind the first `prefix` to zero.
template <class Bytes>
void cut(Bytes& address, unsigned prefix) {
    for (unsigned i = 0; i < address.size(); ++i) {
        unsigned kept = prefix > i * 8 ? std::min(8u, prefix - i * 8) : 0;
        address[i] &= static_cast<unsigned char>(0xff00u >> kept);
    }
}

} // namespace

std::optional<networks::bytes> networks::parse(std::string_view address) {
    std::string text(address); // inet_pton wants a terminator
    if (text.find('\0') != std::string::npos) return std::nullopt;
    bytes result{};
    if (inet_pton(AF_INET6, text.c_str(), result.data()) == 1) return result;
    std::copy(mapped_prefix.begin(), mapped_prefix.end(), result.begin());
    if (inet_pton(AF_INET, text.c_str(), result.data() + mapped_prefix.size()) == 1) return result;
    return std::nullopt;
}

bool networks::add(std::string_view text) {
    if (text == "unix") {
        unix_ = true;
        return true;
    }
    auto slash = text.find('/');
    auto name = text.substr(0, slash);
    auto address = parse(name);
    if (!address) return false;
    unsigned const offset = name.find(':') == std::string_view::npos ? mapped_bits : 0;
    unsigned prefix = 128;
    if (slash != std::string_view::npos) {
        auto digits = text.substr(slash + 1);
        auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
        if (error != std::errc() || end != digits.data() + digits.size()) return false;
        if (prefix > 128 - offset) return false;
        prefix += offset;
    }
    cut(*address, prefix);
    entries_.push_back({*address, prefix});
    return true;
}

bool networks::contains(std::string_view address) const {
    auto parsed = parse(address);
    return parsed && contains(std::span<unsigned char const>(*parsed));
}

bool networks::contains(std::span<unsigned char const> address) const {
    bytes wanted{};
    if (address.size() == 4) {
        std::copy(mapped_prefix.begin(), mapped_prefix.end(), wanted.begin());
        std::copy(address.begin(), address.end(), wanted.begin() + mapped_prefix.size());
    } else if (address.size() == 16) {
        std::copy(address.begin(), address.end(), wanted.begin());
    } else {
        return false;
    }
    return std::any_of(entries_.begin(), entries_.end(), [&](entry const& network) {
        // ::/0 is all of IPv6, not the IPv4 addresses mapped into it.
        if (network.prefix < mapped_bits && is_mapped(wanted)) return false;
        auto start = wanted;
        cut(start, network.prefix);
        return start == network.address;
    });
}

std::string networks::text() const {
    std::string result;
    auto append = [&](std::string const& name) {
        if (!result.empty()) result += ", ";
        result += name;
    };
    for (auto const& network : entries_) {
        bool v4 = network.prefix >= mapped_bits && is_mapped(network.address);
        char name[INET6_ADDRSTRLEN] = {};
        inet_ntop(v4 ? AF_INET : AF_INET6, network.address.data() + (v4 ? 12 : 0), name,
                  sizeof name);
        append(std::string(name) + "/" + std::to_string(network.prefix - (v4 ? mapped_bits : 0)));
    }
    if (unix_) append("unix");
    return result;
}

} // namespace kinvault::config
