// The dates of a renewed policy (contract, section 5). Pure; used by renewal.
#pragma once

#include "domain/calendar.hpp"
#include "domain/items/schema.hpp"

#include <vector>

namespace kinvault::domain::renewal {

/// Sets `start_date` to today and `end_date` to as many days later as the values say now, 365 when
/// they do not; adds the two where they are missing. Only for values in clear.
void renew_dates(std::vector<items::field_value>& values, sys_days today);

/// Whether there is an `end_date`, which then becomes today.
bool end_today(std::vector<items::field_value>& values, sys_days today);

} // namespace kinvault::domain::renewal
