#include "config/values.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace kinvault::config {
namespace {

constexpr std::string_view blanks = " \t\r\n\f\v";

verdict bad(std::string_view value, std::string expected) {
    return fault{std::string(value), std::move(expected)};
}

template <class T>
std::optional<T> number(std::string_view text) {
    T result{};
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return result;
}

std::vector<std::string_view> split_list(std::string_view text) {
    std::vector<std::string_view> result;
    constexpr std::string_view separators = ", \t";
    for (auto start = text.find_first_not_of(separators); start != std::string_view::npos;) {
        auto end = std::min(text.find_first_of(separators, start), text.size());
        result.push_back(text.substr(start, end - start));
        start = text.find_first_not_of(separators, end);
    }
    return result;
}

/// Host and port of `host[:port]` or `[v6][:port]`; the port is 0 when there is none.
struct authority {
    std::string host; // with brackets
    std::uint16_t port = 0;
    bool has_port = false;
};

std::optional<authority> parse_authority(std::string_view text) {
    authority result;
    std::size_t end;
    if (text.starts_with('[')) {
        end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        auto inside = text.substr(1, end - 1);
        networks probe;
        bool v6 = inside.find(':') != std::string_view::npos;
        if (!v6 || inside.find('/') != std::string_view::npos || !probe.add(inside))
            return std::nullopt;
        ++end;
    } else {
        end = std::min(text.find(':'), text.size());
        constexpr std::string_view allowed =
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
        auto name = text.substr(0, end);
        if (name.empty() || name.size() > 253 ||
            name.find_first_not_of(allowed) != std::string_view::npos)
            return std::nullopt;
    }
    result.host = lower(text.substr(0, end));
    if (end == text.size()) return result;
    if (text[end] != ':') return std::nullopt;
    auto port = number<std::uint16_t>(text.substr(end + 1));
    if (!port) return std::nullopt;
    result.port = *port;
    result.has_port = true;
    return result;
}

/// The origin of a URL as browsers write it, or nothing when it has a path or is malformed.
std::optional<std::string> parse_origin(std::string_view text) {
    auto colon = text.find("://");
    if (colon == std::string_view::npos) return std::nullopt;
    auto scheme = lower(text.substr(0, colon));
    auto valid = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    };
    if (scheme.empty() || !std::all_of(scheme.begin(), scheme.end(), valid)) return std::nullopt;
    auto at = parse_authority(text.substr(colon + 3));
    if (!at || (at->has_port && at->port == 0)) return std::nullopt;
    bool usual = (scheme == "http" && at->port == 80) || (scheme == "https" && at->port == 443);
    auto port = at->has_port && !usual ? ":" + std::to_string(at->port) : "";
    return scheme + "://" + at->host + port;
}

} // namespace

std::string_view trimmed(std::string_view text) {
    auto start = text.find_first_not_of(blanks);
    if (start == std::string_view::npos) return {};
    return text.substr(start, text.find_last_not_of(blanks) - start + 1);
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (auto& c : result)
        if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
    return result;
}

std::string in_quotes(std::string_view text) {
    constexpr std::size_t longest = 80;
    std::string result = "\"";
    for (unsigned char c : text.substr(0, longest)) result += c < 0x20 || c == 0x7f ? '?' : char(c);
    if (text.size() > longest) result += "...";
    return result + "\"";
}

verdict read_whole(std::string_view text, std::uint64_t least, std::uint64_t most,
                   std::uint64_t& into) {
    auto value = number<std::uint64_t>(text);
    if (!value || *value < least || *value > most)
        return bad(text,
                   "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    into = *value;
    return {};
}

verdict read_size(std::string_view text, std::uint64_t least, std::uint64_t most,
                  std::uint64_t& into) {
    constexpr std::string_view units = "kmgt";
    auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    auto suffix = lower(trimmed(text.substr(digits)));
    auto value = number<std::uint64_t>(text.substr(0, digits));
    unsigned shift = 0;
    bool fine = value.has_value();
    if (fine && !suffix.empty() && suffix != "b") {
        auto unit = units.find(suffix.front());
        auto rest = std::string_view(suffix).substr(1);
        fine = unit != std::string_view::npos && (rest.empty() || rest == "b" || rest == "ib");
        shift = unsigned(unit + 1) * 10;
    }
    if (!fine || *value > most >> shift || *value << shift < least)
        return bad(text, "a size from " + size_text(least) + " to " + size_text(most) +
                             " (bytes, or with K, M, G, T)");
    into = *value << shift;
    return {};
}

std::string size_text(std::uint64_t bytes) {
    constexpr std::string_view units = "KMGT";
    std::string unit;
    for (char next : units) {
        if (bytes == 0 || bytes % 1024 != 0) break;
        bytes /= 1024;
        unit = next;
    }
    return std::to_string(bytes) + unit;
}

verdict read_bool(std::string_view text, bool& into) {
    constexpr std::array yes{"true", "yes", "on", "1"}, no{"false", "no", "off", "0"};
    auto word = lower(text);
    bool is_yes = std::find(yes.begin(), yes.end(), word) != yes.end();
    if (!is_yes && std::find(no.begin(), no.end(), word) == no.end())
        return bad(text, "true or false");
    into = is_yes;
    return {};
}

verdict read_word(std::string_view text, std::vector<std::string_view> const& words,
                  std::size_t& into) {
    auto it = std::find(words.begin(), words.end(), lower(text));
    if (it == words.end()) {
        std::string expected = "one of";
        for (auto word : words) expected += (expected.size() > 6 ? ", " : " ") + std::string(word);
        return bad(text, expected);
    }
    into = std::size_t(it - words.begin());
    return {};
}

verdict read_http_url(std::string_view text, std::string& into) {
    auto expected = "a URL of the form http(s)://host[:port][/path]";
    auto scheme = text.find("://");
    auto path =
        std::min(text.find('/', scheme == std::string_view::npos ? 0 : scheme + 3), text.size());
    auto origin = parse_origin(text.substr(0, path));
    auto printable = [](unsigned char c) { return c > 0x20 && c < 0x7f && c != '?' && c != '#'; };
    if (!origin || !(origin->starts_with("http://") || origin->starts_with("https://")) ||
        !std::all_of(text.begin(), text.end(), printable))
        return bad(text, expected);
    into = *origin + std::string(text.substr(path));
    while (into.ends_with('/')) into.pop_back();
    return {};
}

verdict read_origins(std::string_view text, std::vector<std::string>& into) {
    namespace json = boost::json;
    boost::system::error_code ec;
    auto value = json::parse(json::string_view(text.data(), text.size()), ec);
    if (ec || !value.is_array())
        return bad(text, "a JSON list of origins like [\"https://vault.example.org\"]");
    std::vector<std::string> result;
    for (auto const& entry : value.get_array()) {
        auto shown = entry.is_string() ? std::string(entry.get_string()) : json::serialize(entry);
        auto origin = entry.is_string() ? parse_origin(shown) : std::nullopt;
        if (!origin) return bad(shown, "an origin of the form scheme://host[:port]");
        result.push_back(*origin);
    }
    into = std::move(result);
    return {};
}

std::string origins_text(std::vector<std::string> const& origins) {
    std::string result;
    for (auto const& origin : origins)
        result +=
            (result.empty() ? "" : ", ") + boost::json::serialize(boost::json::string(origin));
    return "[" + result + "]";
}

std::string listen_address::text() const {
    if (is_unix()) return "unix:" + path;
    bool v6 = host.find(':') != std::string::npos;
    return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

verdict read_listen(std::string_view text, std::vector<listen_address>& into) {
    constexpr std::size_t longest_path = 107; // sockaddr_un::sun_path less its terminator
    auto expected = "an address of the form host:port, [v6]:port or unix:/path";
    std::vector<listen_address> result;
    for (auto entry : split_list(text)) {
        if (entry.starts_with("unix:")) {
            auto path = entry.substr(5);
            if (!path.starts_with('/') || path.size() > longest_path) return bad(entry, expected);
            result.push_back({.path = std::string(path)});
            continue;
        }
        auto at = parse_authority(entry);
        if (!at || !at->has_port) return bad(entry, expected);
        auto host = at->host.front() == '[' ? at->host.substr(1, at->host.size() - 2) : at->host;
        result.push_back({.host = host, .port = at->port});
    }
    if (result.empty()) return bad(text, expected);
    into = std::move(result);
    return {};
}

verdict read_networks(std::string_view text, networks& into) {
    networks result;
    for (auto entry : split_list(text))
        if (!result.add(entry))
            return bad(entry, "an address, a network like 10.0.0.0/8 or fd00::/8, or unix");
    into = std::move(result);
    return {};
}

namespace {

/// asyncpg's parameters of a URL in libpq's words; what only asyncpg understands is left out.
std::string libpq_query(std::string_view query) {
    std::string result;
    while (!query.empty()) {
        auto end = std::min(query.find('&'), query.size());
        std::string entry(query.substr(0, end));
        query.remove_prefix(std::min(end + 1, query.size()));
        if (entry.starts_with("prepared_statement_") || entry.starts_with("async_fallback"))
            continue;
        if (entry.starts_with("ssl=")) {
            auto mode = lower(std::string_view(entry).substr(4));
            if (mode == "true") mode = "require";
            if (mode == "false") mode = "disable";
            entry = "sslmode=" + mode;
        }
        result += (result.empty() ? "?" : "&") + entry;
    }
    return result;
}

} // namespace

verdict read_database_url(std::string_view text, std::string& into) {
    auto scheme_end = text.find("://");
    auto scheme = scheme_end == std::string_view::npos ? "" : lower(text.substr(0, scheme_end));
    auto rest = scheme.empty() ? text : text.substr(scheme_end);
    if (scheme == "postgresql" || scheme == "postgres" || scheme == "postgresql+psycopg2" ||
        scheme == "postgresql+psycopg") {
        into = "postgresql" + std::string(rest);
    } else if (scheme == "postgresql+asyncpg") {
        auto query = rest.find('?');
        into = "postgresql" + std::string(rest.substr(0, query));
        if (query != std::string_view::npos) into += libpq_query(rest.substr(query + 1));
    } else if (text.find('=') != std::string_view::npos &&
               text.find_first_of("=:/") == text.find('=')) {
        into = std::string(text);
    } else {
        return bad(text, "a PostgreSQL URL (postgresql://user@host/name) or key=value pairs");
    }
    return {};
}

} // namespace kinvault::config
