#include "domain/schema/write.hpp"

#include <charconv>

namespace kinvault::schema {

void write_text(std::string& out, std::string_view text) {
    static constexpr char digits[] = "0123456789abcdef";
    out.reserve(out.size() + text.size() + 2);
    out += '"';
    std::size_t from = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto const c = static_cast<unsigned char>(text[i]);
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        out.append(text, from, i - from);
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
    out.append(text, from);
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
