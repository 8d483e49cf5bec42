#include "domain/schema/types.hpp"

#include <chrono>

namespace kinvault::schema {

void from_column(std::string_view column, timestamp& value) {
    // 2026-02-10 12:34:56.1234+00 -> 2026-02-10T12:34:56.123400Z
    value.clear();
    auto const zone = column.find_last_of("+-");
    std::string_view const moment =
        zone != std::string_view::npos && zone > 10 ? column.substr(0, zone) : column;
    value.reserve(27);
    value.append(moment);
    if (value.size() > 10) value[10] = 'T';
    if (auto const dot = moment.find('.'); dot != std::string_view::npos) {
        value.append(6 - std::min<std::size_t>(6, moment.size() - dot - 1), '0');
    }
    value += 'Z';
}

void from_column(std::string_view column, date& value) {
    value.assign(column);
}

bool is_uuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        bool const dash = i == 8 || i == 13 || i == 18 || i == 23;
        char const c = text[i];
        bool const hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        if (dash ? c != '-' : !hex) return false;
    }
    return true;
}

bool is_utf8(std::string_view text) {
    auto const* p = reinterpret_cast<unsigned char const*>(text.data());
    auto const* const end = p + text.size();
    auto const continues = [&](int count) {
        if (end - p <= count) return false;
        for (int i = 1; i <= count; ++i) {
            if ((p[i] & 0xC0) != 0x80) return false;
        }
        return true;
    };
    while (p < end) {
        unsigned char const c = *p;
        if (c < 0x80) {
            p += 1;
        } else if (c >= 0xC2 && c <= 0xDF) {
            if (!continues(1)) return false;
            p += 2;
        } else if (c >= 0xE0 && c <= 0xEF) {
            // Neither overlong forms nor surrogates.
            if (!continues(2) || (c == 0xE0 && p[1] < 0xA0) || (c == 0xED && p[1] > 0x9F))
                return false;
            p += 3;
        } else if (c >= 0xF0 && c <= 0xF4) {
            // Neither overlong forms nor anything beyond U+10FFFF.
            if (!continues(3) || (c == 0xF0 && p[1] < 0x90) || (c == 0xF4 && p[1] > 0x8F))
                return false;
            p += 4;
        } else {
            return false;
        }
    }
    return true;
}

std::size_t count_characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

std::optional<civil_date> parse_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    auto const number = [&](std::size_t at, std::size_t digits) {
        int value = 0;
        for (std::size_t i = at; i < at + digits; ++i) {
            if (text[i] < '0' || text[i] > '9') return -1;
            value = value * 10 + (text[i] - '0');
        }
        return value;
    };
    civil_date const parts{number(0, 4), number(5, 2), number(8, 2)};
    if (parts.year < 1 || parts.month < 1 || parts.day < 1) return std::nullopt;
    std::chrono::year_month_day const day{std::chrono::year(parts.year),
                                          std::chrono::month(static_cast<unsigned>(parts.month)),
                                          std::chrono::day(static_cast<unsigned>(parts.day))};
    if (!day.ok()) return std::nullopt;
    return parts;
}

} // namespace kinvault::schema
