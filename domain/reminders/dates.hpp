// The dates of reminders: when a deadline comes next, and where a repeating reminder moves on to.
// Pure rules of the contract (section 8), used by the generator and by the job that mails
// reminders.
#pragma once

#include "config/catalogue.hpp"
#include "domain/calendar.hpp"

#include <string_view>
#include <vector>

namespace kinvault::domain::reminders {

/// The first such day of the year from `from` on, that day included; 29 February is the 28th in
/// years that have none.
sys_days next_day_of_year(unsigned month, unsigned day, sys_days from);

/// The first of several days of the year from `from` on. There must be one at least.
sys_days next_of(std::vector<config::month_day> const& dates, sys_days from);

/// How a reminder repeats.
struct repetition {
    std::string_view repeat; ///< weekly, monthly, quarterly, yearly, biennial; else never
    /// The day of the month that is meant where the date stands in a month too short for it; 0: the
    /// date's own.
    unsigned day = 0;
    /// The days of the year it moves along, as long as its date is one of them; else `repeat` says.
    std::vector<config::month_day> dates;
};

/// The next date after `date` that is not before `today`; nothing for a reminder that does not
/// repeat.
std::optional<sys_days> next_date(sys_days date, repetition const& how, sys_days today);

} // namespace kinvault::domain::reminders
