#include "server/http/range.hpp"

#include "domain/schema/types.hpp"

#include <algorithm>
#include <charconv>

namespace kinvault::http {

namespace {

std::string_view without_blanks(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// A number of digits only; one too large for 64 bits is beyond the end of everything.
std::optional<std::uint64_t> number(std::string_view text) {
    if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) {
        return std::nullopt;
    }
    std::uint64_t value = 0;
    auto const error = std::from_chars(text.data(), text.data() + text.size(), value).ec;
    return error == std::errc{} ? value : std::numeric_limits<std::uint64_t>::max();
}

} // namespace

range_request read_range(request_head const& head, std::uint64_t size, std::string_view etag) {
    range_request const whole;
    auto const field = head.field("Range");
    if (!field || head.verb != method::get) return whole;
    // If-Range needs the strong comparison; dates are never ours.
    if (auto const condition = head.field("If-Range"); condition && *condition != etag)
        return whole;
    static constexpr std::string_view unit = "bytes=";
    if (!equal_ignoring_case(field->substr(0, unit.size()), unit)) return whole;
    auto const text = without_blanks(field->substr(unit.size()));
    auto const dash = text.find('-');
    if (dash == std::string_view::npos || text.find(',') != std::string_view::npos) return whole;
    auto const first = without_blanks(text.substr(0, dash));
    auto const last = without_blanks(text.substr(dash + 1));

    range_request part{range_request::kind::part, 0, 0};
    range_request const unsatisfiable{range_request::kind::unsatisfiable, 0, 0};
    if (first.empty()) {
        auto const suffix = number(last);
        if (!suffix) return whole;
        if (*suffix == 0 || size == 0) return unsatisfiable;
        part.length = std::min(*suffix, size);
        part.first = size - part.length;
        return part;
    }
    auto const from = number(first);
    auto const to =
        last.empty() ? std::optional(std::numeric_limits<std::uint64_t>::max()) : number(last);
    if (!from || !to || *to < *from) return whole;
    if (*from >= size) return unsatisfiable;
    part.first = *from;
    part.length = std::min(*to, size - 1) - *from + 1;
    return part;
}

namespace {

/// The next entry of a list with commas, which is taken off it. Tags of ours hold no comma.
std::string_view next_entry(std::string_view& list) {
    auto const end = std::min(list.find(','), list.size());
    auto const entry = without_blanks(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    return entry;
}

} // namespace

bool none_match(request_head const& head, std::string_view etag) {
    auto const field = head.field("If-None-Match");
    if (!field) return false;
    std::string_view list = *field;
    while (!list.empty()) {
        auto entry = next_entry(list);
        if (entry == "*") return true;
        if (entry.starts_with("W/")) entry.remove_prefix(2);
        if (entry == etag) return true;
    }
    return false;
}

std::optional<std::vector<std::string>> read_if_match(request_head const& head) {
    auto const field = head.field("If-Match");
    if (!field) return std::nullopt;
    std::vector<std::string> tags;
    std::string_view list = *field;
    while (!list.empty()) {
        auto const entry = next_entry(list);
        bool const quoted = entry.size() > 1 && entry.front() == '"' && entry.back() == '"';
        if (entry == "*") tags.emplace_back(entry);
        // No tag of ours is called "*", which without quotes is any.
        if (quoted && entry != "\"*\"") tags.emplace_back(entry.substr(1, entry.size() - 2));
    }
    return tags;
}

std::string content_disposition(std::string_view type, std::string_view file_name) {
    static constexpr std::string_view plain_others = "!#$&+-.^_`|~"; // RFC 8187 attr-char
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string fallback, encoded;
    bool exact = true;
    for (char const c : file_name) {
        auto const byte = static_cast<unsigned char>(c);
        bool const quotable = byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\' && c != '%';
        bool const alphanumeric =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (quotable) {
            fallback += c;
        } else {
            exact = false;
            // One stand-in a character, not a byte.
            if ((byte & 0xC0) != 0x80) fallback += '_';
        }
        if (alphanumeric || plain_others.find(c) != std::string_view::npos) {
            encoded += c;
        } else {
            encoded.append({'%', digits[byte >> 4], digits[byte & 15]});
        }
    }
    std::string value(type);
    value.append("; filename=\"").append(fallback).append("\"");
    if (!exact) value.append("; filename*=UTF-8''").append(encoded);
    return value;
}

} // namespace kinvault::http
