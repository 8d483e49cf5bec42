#include "domain/calendar.hpp"

#include <algorithm>
#include <cstdio>

namespace kinvault::domain {

namespace chrono = std::chrono;

std::optional<sys_days> parse_day(std::string_view text) {
    auto const parts = schema::parse_date(text);
    if (!parts) return std::nullopt;
    return sys_days(chrono::year_month_day(chrono::year(parts->year),
                                           chrono::month(static_cast<unsigned>(parts->month)),
                                           chrono::day(static_cast<unsigned>(parts->day))));
}

schema::date to_date(sys_days day) {
    chrono::year_month_day const parts(day);
    char text[32];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(parts.year()),
                  static_cast<unsigned>(parts.month()), static_cast<unsigned>(parts.day()));
    return schema::date(text);
}

sys_days clamped(chrono::year_month month, unsigned day) {
    chrono::day const last = chrono::year_month_day_last(month / chrono::last).day();
    return sys_days(month / std::min(chrono::day(day), last));
}

} // namespace kinvault::domain
