#include "domain/renewal/dates.hpp"

#include <algorithm>

namespace kinvault::domain::renewal {

namespace {

constexpr std::chrono::days a_year{365};
/// No date that can be written lies beyond.
constexpr sys_days last_day = std::chrono::year(9999) / 12 / 31;

items::field_value* find(std::vector<items::field_value>& values, std::string_view key) {
    auto const it = std::find_if(values.begin(), values.end(),
                                 [&](auto const& value) { return value.field_key == key; });
    return it == values.end() ? nullptr : &*it;
}

std::optional<sys_days> day_of(std::vector<items::field_value>& values, std::string_view key) {
    auto const* value = find(values, key);
    if (!value || !value->field_value) return std::nullopt;
    return parse_day(*value->field_value);
}

void set(std::vector<items::field_value>& values, std::string_view key, sys_days day) {
    if (auto* value = find(values, key)) {
        value->field_value = to_date(day);
    } else {
        values.push_back({{}, std::string(key), to_date(day), "date"});
    }
}

} // namespace

void renew_dates(std::vector<items::field_value>& values, sys_days today) {
    auto const start = day_of(values, "start_date");
    auto const end = day_of(values, "end_date");
    auto const span = start && end && *end > *start ? *end - *start : a_year;
    set(values, "start_date", today);
    set(values, "end_date", std::min(today + span, last_day));
}

bool end_today(std::vector<items::field_value>& values, sys_days today) {
    if (!find(values, "end_date")) return false;
    set(values, "end_date", today);
    return true;
}

} // namespace kinvault::domain::renewal
