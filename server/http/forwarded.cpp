#include "server/http/forwarded.hpp"

#include "server/http/framing.hpp"

#include <algorithm>
#include <vector>

namespace kinvault::http {

namespace {

std::string_view trim(std::string_view text) {
    auto const blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

/// Splits at a separator outside of quoted texts.
std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    bool quoted = false;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (quoted && text[i] == '\\') {
            ++i;
        } else if (text[i] == '"') {
            quoted = !quoted;
        } else if (text[i] == separator && !quoted) {
            parts.push_back(trim(text.substr(begin, i - begin)));
            begin = i + 1;
        }
    }
    parts.push_back(trim(text.substr(begin)));
    return parts;
}

/// The entries of all fields of this name, as if they were one list (RFC 9110, 5.3): a proxy may
/// add a line of its own below the client's.
std::vector<std::string_view> entries(request_head const& head, std::string_view name) {
    std::vector<std::string_view> found;
    for (auto const& [key, value] : head.fields) {
        if (!equal_ignoring_case(key, name)) continue;
        auto const parts = split(value, ',');
        found.insert(found.end(), parts.begin(), parts.end());
    }
    return found;
}

std::string unquoted(std::string_view text) {
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
    std::string out;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if (text[i] == '\\' && i + 2 < text.size()) ++i;
        out += text[i];
    }
    return out;
}

/// `1.2.3.4`, `1.2.3.4:5678`, `::1`, `[::1]`, `[::1]:5678`; nothing for others, `unknown` and
/// `_hidden` among them (RFC 7239, 6).
std::optional<asio::ip::address> node_address(std::string text) {
    if (text.starts_with('[')) {
        auto const end = text.find(']');
        if (end == std::string::npos) return std::nullopt;
        if (end + 1 < text.size() && text[end + 1] != ':') return std::nullopt;
        text = text.substr(1, end - 1);
    } else if (std::count(text.begin(), text.end(), ':') == 1) {
        text.resize(text.find(':'));
    }
    boost::system::error_code error;
    auto const address = asio::ip::make_address(text, error);
    if (error || text.find('%') != std::string::npos) return std::nullopt;
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    }
    return address;
}

void take_scheme(std::string_view text, client_identity& known) {
    if (equal_ignoring_case(text, "https")) known.secure = true;
    if (equal_ignoring_case(text, "http")) known.secure = false;
}

void take_host(std::string_view text, client_identity& known) {
    if (is_host(text)) known.host = text;
}

/// One proxy's part of Forwarded: `for=...;proto=...;host=...`.
struct element {
    std::string node, scheme, host;
};

element read_element(std::string_view text) {
    element found;
    for (auto const pair : split(text, ';')) {
        auto const equals = pair.find('=');
        if (equals == std::string_view::npos) continue;
        auto const name = pair.substr(0, equals);
        auto value = unquoted(pair.substr(equals + 1));
        if (equal_ignoring_case(name, "for"))
            found.node = std::move(value);
        else if (equal_ignoring_case(name, "proto"))
            found.scheme = std::move(value);
        else if (equal_ignoring_case(name, "host"))
            found.host = std::move(value);
    }
    return found;
}

client_identity from_forwarded(std::vector<std::string_view> const& list, client_identity known,
                               trust const& trusted) {
    for (auto entry = list.rbegin(); entry != list.rend(); ++entry) {
        auto const said = read_element(*entry);
        take_scheme(said.scheme, known);
        take_host(said.host, known);
        auto const address = node_address(said.node);
        if (!address) break;
        known.address = address->to_string();
        if (!trusted(address)) break;
    }
    return known;
}

} // namespace

client_identity apply_forwarded(request_head const& head, client_identity known,
                                trust const& trusted) {
    auto const nodes = entries(head, "X-Forwarded-For");
    auto const schemes = entries(head, "X-Forwarded-Proto");
    auto const hosts = entries(head, "X-Forwarded-Host");
    if (nodes.empty() && schemes.empty() && hosts.empty()) {
        auto const list = entries(head, "Forwarded");
        return from_forwarded(list, std::move(known), trusted);
    }
    if (!schemes.empty()) take_scheme(schemes.back(), known);
    if (!hosts.empty()) take_host(hosts.back(), known);
    for (auto entry = nodes.rbegin(); entry != nodes.rend(); ++entry) {
        auto const address = node_address(std::string(*entry));
        if (!address) break;
        known.address = address->to_string();
        if (!trusted(address)) break;
    }
    return known;
}

} // namespace kinvault::http
