#include "domain/schema/write.hpp"

#include <charconv>
#include <cstdint>
#include <cstring>

namespace kinvault::schema {

namespace {

bool must_be_escaped(unsigned char c) {
    return c < 0x20 || c == '"' || c == '\\';
}

/// Whether one of these eight characters must be escaped.
bool any_to_escape(char const* eight) {
    constexpr std::uint64_t ones = 0x0101010101010101;
    constexpr std::uint64_t tops = 0x8080808080808080;
    auto const zeros = [](std::uint64_t word) { return (word - ones) & ~word; };
    std::uint64_t word = 0;
    std::memcpy(&word, eight, 8);
    auto const below_blank = (word - ones * 0x20) & ~word;
    return (below_blank | zeros(word ^ ones * '"') | zeros(word ^ ones * '\\')) & tops;
}

/// Where the next character that must be escaped is, or the end. Eight at a time: most texts are
/// ciphertext, long and without one. The last eight overlap with those before.
std::size_t find_escaped(std::string_view text, std::size_t at) {
    auto const size = text.size();
    while (at + 8 <= size && !any_to_escape(text.data() + at)) at += 8;
    if (at + 8 > size && size >= 8 && !any_to_escape(text.data() + size - 8)) return size;
    while (at < text.size() && !must_be_escaped(static_cast<unsigned char>(text[at]))) ++at;
    return at;
}

} // namespace

void write_text(std::string& out, std::string_view text) {
    static constexpr char digits[] = "0123456789abcdef";
    out.reserve(out.size() + text.size() + 2);
    out += '"';
    std::size_t from = 0;
    for (;;) {
        auto const i = find_escaped(text, from);
        out.append(text, from, i - from);
        if (i == text.size()) break;
        auto const c = static_cast<unsigned char>(text[i]);
        from = i + 1;
        switch (c) {
        case '"':
            out.append("\\\"");
            break;
        case '\\':
            out.append("\\\\");
            break;
        case '\n':
            out.append("\\n");
            break;
        case '\r':
            out.append("\\r");
            break;
        case '\t':
            out.append("\\t");
            break;
        case '\b':
            out.append("\\b");
            break;
        case '\f':
            out.append("\\f");
            break;
        default:
            out.append("\\u00").append({digits[c >> 4], digits[c & 15]});
        }
    }
    out += '"';
}

void write_number(std::string& out, std::int64_t number) {
    char buffer[24];
    auto const end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
    out.append(buffer, end);
}

void write_number(std::string& out, double number) {
    char buffer[32];
    auto const end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
    std::string_view const text(buffer, static_cast<std::size_t>(end - buffer));
    out.append(text);
    if (text.find_first_of(".e") == std::string_view::npos) out.append(".0");
}

} // namespace kinvault::schema
