#include "server/http/part_head.hpp"

#include "server/http/multipart.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace kinvault::http {

namespace {

bool is_alnum(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// RFC 9110, section 5.6.2.
bool is_token(std::string_view text) noexcept {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return is_alnum(c) || others.find(c) != others.npos;
    });
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

std::string_view trimmed(std::string_view text) noexcept {
    auto const first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// The byte that "%XX" at `at` stands for, or -1.
int percent_byte(std::string_view text, std::size_t at) noexcept {
    if (text.size() - at < 3) return -1;
    int const high = hex_digit(text[at + 1]), low = hex_digit(text[at + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/// Bytes of the well-formed UTF-8 sequence (RFC 3629) that begins at `at`, or 0.
std::size_t utf8_length(std::string_view text, std::size_t at) noexcept {
    auto const byte = [&](std::size_t i) -> unsigned {
        return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u;
    };
    auto const within = [&](std::size_t i, unsigned low, unsigned high) {
        return byte(i) >= low && byte(i) <= high;
    };
    unsigned const first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first <= 0xdf) return within(1, 0x80, 0xbf) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        unsigned const low = first == 0xe0 ? 0xa0 : 0x80, high = first == 0xed ? 0x9f : 0xbf;
        return within(1, low, high) && within(2, 0x80, 0xbf) ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        unsigned const low = first == 0xf0 ? 0x90 : 0x80, high = first == 0xf4 ? 0x8f : 0xbf;
        return within(1, low, high) && within(2, 0x80, 0xbf) && within(3, 0x80, 0xbf) ? 4 : 0;
    }
    return 0;
}

/// Replaces control characters (C0, DEL, C1) by '_', so that no name breaks a header line or a log.
std::string clean(std::string_view text) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        auto const length = utf8_length(text, at);
        if (length == 0) throw multipart_error("A name in the multipart body is not valid UTF-8");
        auto const c = static_cast<unsigned char>(text[at]);
        if (c == 0) throw multipart_error("A name in the multipart body has a NUL character");
        bool const c1 = c == 0xc2 && static_cast<unsigned char>(text[at + 1]) < 0xa0;
        if (c < 0x20 || c == 0x7f || c1) {
            result += '_';
        } else {
            result += text.substr(at, length);
        }
        at += length;
    }
    return result;
}

/// Decodes the three characters that browsers escape in names (WHATWG HTML, "multipart/form-data
/// encoding algorithm") and no others: "100%.pdf" and "a%20b.pdf" are what they look like.
std::string decode_browser_escapes(std::string_view text) {
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        int const byte = text[at] == '%' ? percent_byte(text, at) : -1;
        if (byte == '\r' || byte == '\n' || byte == '"') {
            result += static_cast<char>(byte);
            at += 2;
        } else {
            result += text[at];
        }
    }
    return result;
}

/// RFC 8187: charset'language'percent-encoded.
std::string decode_extended(std::string_view value) {
    auto const first = value.find('\'');
    auto const second = first == value.npos ? first : value.find('\'', first + 1);
    if (second == value.npos || lower(value.substr(0, first)) != "utf-8")
        throw multipart_error("filename* in the multipart body is not in UTF-8");
    auto const text = value.substr(second + 1);
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            result += text[at];
            continue;
        }
        int const byte = percent_byte(text, at);
        if (byte < 0) throw multipart_error("filename* in the multipart body is malformed");
        result += static_cast<char>(byte);
        at += 2;
    }
    return result;
}

std::string last_component(std::string const& path) {
    auto const separator = path.find_last_of("/\\");
    return separator == path.npos ? path : path.substr(separator + 1);
}

/// Takes a parameter's value off the front of `rest`. In quotes, a backslash escapes a quote and a
/// backslash only: before any other character it is a backslash, as in the paths of old browsers.
std::string take_value(std::string_view& rest) {
    if (!rest.starts_with('"')) {
        auto const end = std::min(rest.find(';'), rest.size());
        std::string value(trimmed(rest.substr(0, end)));
        rest.remove_prefix(end);
        return value;
    }
    std::string value;
    for (std::size_t at = 1; at < rest.size(); ++at) {
        char const c = rest[at];
        bool const more = at + 1 < rest.size();
        if (c == '\\' && more && (rest[at + 1] == '"' || rest[at + 1] == '\\')) {
            value += rest[++at];
        } else if (c == '"') {
            rest.remove_prefix(at + 1);
            return value;
        } else {
            value += c;
        }
    }
    throw multipart_error("A quoted text in the multipart body does not end");
}

/// Calls `each(name in lower case, value)` for the parameters in `rest`: "; a=b; c=\"d\"".
template <class Each>
void for_each_parameter(std::string_view rest, Each each) {
    for (rest = trimmed(rest); !rest.empty(); rest = trimmed(rest)) {
        if (rest.front() != ';') throw multipart_error("A parameter is not separated by ';'");
        rest = trimmed(rest.substr(1));
        if (rest.empty()) return;
        auto const equals = rest.find('=');
        auto const name = rest.substr(0, equals);
        if (equals == rest.npos || !is_token(name))
            throw multipart_error("A parameter in the multipart body is malformed");
        rest.remove_prefix(equals + 1);
        auto value = take_value(rest);
        each(lower(name), std::move(value));
    }
}

/// Keeps a parameter that may occur only once.
void set_once(std::optional<std::string>& place, std::string value) {
    if (place) throw multipart_error("A parameter in the multipart body occurs twice");
    place = std::move(value);
}

void read_disposition(std::string_view value, part_head& head) {
    auto const type_end = std::min(value.find(';'), value.size());
    if (lower(trimmed(value.substr(0, type_end))) != "form-data")
        throw multipart_error("A part's Content-Disposition is not form-data");
    std::optional<std::string> name, filename, extended;
    for_each_parameter(value.substr(type_end), [&](std::string const& key, std::string text) {
        if (key == "name") set_once(name, decode_browser_escapes(text));
        if (key == "filename") set_once(filename, decode_browser_escapes(text));
        if (key == "filename*") set_once(extended, decode_extended(text));
    });
    if (!name) throw multipart_error("A part of the multipart body has no name");
    head.name = clean(*name);
    if (extended) filename = std::move(extended);
    if (filename) head.filename = last_component(clean(*filename));
}

/// Encodings of the content, other than none, are deprecated (RFC 7578, section 4.7).
void check_encoding(std::string_view value) {
    auto const name = lower(value);
    if (name != "binary" && name != "8bit" && name != "7bit")
        throw multipart_error("A part has a Content-Transfer-Encoding, which is not supported");
}

void read_field(std::string_view line, std::array<bool, 3>& seen, part_head& head) {
    auto const colon = line.find(':');
    if (colon == line.npos || !is_token(line.substr(0, colon)))
        throw multipart_error("A line in the head of a part is malformed");
    constexpr std::array<std::string_view, 3> known = {"content-disposition", "content-type",
                                                       "content-transfer-encoding"};
    auto const name = lower(line.substr(0, colon));
    auto const value = trimmed(line.substr(colon + 1));
    auto const which = std::find(known.begin(), known.end(), name) - known.begin();
    if (which == static_cast<std::ptrdiff_t>(known.size())) return;
    if (std::exchange(seen[which], true))
        throw multipart_error("A line in the head of a part occurs twice");
    if (which == 0) read_disposition(value, head);
    if (which == 1) head.content_type = clean(value);
    if (which == 2) check_encoding(value);
}

bool is_bad_control(char c) noexcept {
    auto const byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

} // namespace

bool valid_boundary(std::string_view boundary) noexcept {
    constexpr std::string_view others = "'()+_,-./:=? ";
    return !boundary.empty() && boundary.size() <= 70 && boundary.back() != ' ' &&
           std::all_of(boundary.begin(), boundary.end(),
                       [&](char c) { return is_alnum(c) || others.find(c) != others.npos; });
}

std::optional<std::string> multipart_boundary(std::string_view content_type) {
    auto const type_end = std::min(content_type.find(';'), content_type.size());
    if (lower(trimmed(content_type.substr(0, type_end))) != "multipart/form-data") return {};
    std::optional<std::string> boundary;
    try {
        for_each_parameter(content_type.substr(type_end),
                           [&](std::string const& key, std::string v) {
                               if (key == "boundary") set_once(boundary, std::move(v));
                           });
    } catch (multipart_error const&) {
        return {};
    }
    if (!boundary || !valid_boundary(*boundary)) return {};
    return boundary;
}

part_head parse_part_head(std::string_view lines) {
    part_head head;
    std::array<bool, 3> seen{};
    while (!lines.empty()) {
        auto const end = lines.find("\r\n");
        if (end == lines.npos) throw multipart_error("A line in the head of a part does not end");
        auto const line = lines.substr(0, end);
        if (std::any_of(line.begin(), line.end(), is_bad_control))
            throw multipart_error("The head of a part has a control character");
        read_field(line, seen, head);
        lines.remove_prefix(end + 2);
    }
    if (!seen[0]) throw multipart_error("A part of the multipart body has no Content-Disposition");
    return head;
}

} // namespace kinvault::http
