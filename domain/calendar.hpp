// Calendar dates between texts and days, and steps over months. Used by reminders, renewal and the
// dashboard.
#pragma once

#include "domain/schema/types.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace kinvault::domain {

using std::chrono::sys_days;

/// The day that a `YYYY-MM-DD` means, or nothing.
std::optional<sys_days> parse_day(std::string_view text);

/// `YYYY-MM-DD`, for the years 1 to 9999.
schema::date to_date(sys_days day);

/// This day of the month, or the month's last where it is shorter.
sys_days clamped(std::chrono::year_month month, unsigned day);

} // namespace kinvault::domain
