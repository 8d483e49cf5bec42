#include "storage/blob/s3/uri.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <stdexcept>

namespace kinvault::blob::s3 {

namespace {

bool is_unreserved(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Names of hosts and addresses, decoded.
bool is_host(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (is_unreserved(c) && c != '~') || c == ':';
    });
}

} // namespace

std::string uri_encode(std::string_view text, bool keep_slash) {
    constexpr char digits[] = "0123456789ABCDEF";
    std::string result;
    result.reserve(text.size());
    for (char c : text) {
        if (is_unreserved(c) || (keep_slash && c == '/')) {
            result += c;
            continue;
        }
        auto const byte = static_cast<unsigned char>(c);
        result += {'%', digits[byte >> 4], digits[byte & 15]};
    }
    return result;
}

std::string uri_decode(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        bool const room = text[at] == '%' && text.size() - at > 2;
        int const high = room ? hex_digit(text[at + 1]) : -1;
        int const low = room ? hex_digit(text[at + 2]) : -1;
        if (high < 0 || low < 0) {
            result += text[at];
        } else {
            result += static_cast<char>(high * 16 + low);
            at += 2;
        }
    }
    return result;
}

std::string endpoint::text() const {
    return (tls ? "https://" : "http://") + authority() + prefix;
}

std::string endpoint::authority(std::string_view subdomain) const {
    std::string result(subdomain);
    if (!result.empty()) result += '.';
    result += host.find(':') == host.npos ? host : "[" + host + "]";
    if (port != (tls ? "443" : "80")) result += ":" + port;
    return result;
}

endpoint parse_endpoint(std::string_view url) {
    auto const parsed = boost::urls::parse_uri(url);
    if (!parsed) throw std::invalid_argument("not a URL");
    auto const& parts = *parsed;
    if (parts.scheme_id() != boost::urls::scheme::http &&
        parts.scheme_id() != boost::urls::scheme::https)
        throw std::invalid_argument("not an http or https URL");
    if (parts.has_query() || parts.has_fragment() || parts.has_userinfo())
        throw std::invalid_argument("not of the form http://host[:port][/path]");
    endpoint result;
    result.tls = parts.scheme_id() == boost::urls::scheme::https;
    result.host = std::string(parts.host_address());
    if (!is_host(result.host)) throw std::invalid_argument("no host in the URL");
    result.port = std::string(parts.port());
    if (result.port.empty()) result.port = result.tls ? "443" : "80";
    if (parts.port_number() == 0 && parts.has_port() && !parts.port().empty())
        throw std::invalid_argument("the port is not one of 1 to 65535");
    result.prefix = std::string(parts.encoded_path());
    // Boost 1.81 takes "http://host:.org" for a path behind an empty port.
    if (!result.prefix.empty() && !result.prefix.starts_with('/'))
        throw std::invalid_argument("not of the form http://host[:port][/path]");
    while (result.prefix.ends_with('/')) result.prefix.pop_back();
    return result;
}

} // namespace kinvault::blob::s3
