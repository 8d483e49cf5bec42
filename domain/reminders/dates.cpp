#include "domain/reminders/dates.hpp"

#include <algorithm>

namespace kinvault::domain::reminders {

namespace chrono = std::chrono;

namespace {

unsigned months_between(std::string_view repeat) {
    if (repeat == "monthly") return 1;
    if (repeat == "quarterly") return 3;
    if (repeat == "yearly") return 12;
    if (repeat == "biennial") return 24;
    return 0;
}

bool is_one_of(std::vector<config::month_day> const& dates, sys_days date) {
    return std::any_of(dates.begin(), dates.end(), [&](config::month_day const& one) {
        return next_day_of_year(static_cast<unsigned>(one.month), static_cast<unsigned>(one.day),
                                date) == date;
    });
}

sys_days step_weeks(sys_days date, sys_days earliest) {
    auto const weeks = std::max<long>(0, ((earliest - date).count() + 6) / 7);
    return date + chrono::days(7 * weeks);
}

/// Counts whole periods from the date itself, so that a short month on the way shifts nothing.
sys_days step_months(sys_days date, unsigned day, unsigned period, sys_days earliest) {
    chrono::year_month_day const from(date);
    chrono::year_month_day const to(earliest);
    chrono::year_month const first = from.year() / from.month();
    auto const apart = ((to.year() / to.month()) - first).count();
    auto periods = std::max<long>(1, apart / static_cast<long>(period));
    for (;; ++periods) {
        auto const month = first + chrono::months(periods * static_cast<long>(period));
        sys_days const found = clamped(month, day);
        if (found >= earliest) return found;
    }
}

} // namespace

sys_days next_day_of_year(unsigned month, unsigned day, sys_days from) {
    chrono::year const year = chrono::year_month_day(from).year();
    sys_days const found = clamped(year / chrono::month(month), day);
    return found >= from ? found : clamped((year + chrono::years(1)) / chrono::month(month), day);
}

sys_days next_of(std::vector<config::month_day> const& dates, sys_days from) {
    sys_days found = sys_days::max();
    for (auto const& one : dates) {
        found = std::min(found, next_day_of_year(static_cast<unsigned>(one.month),
                                                 static_cast<unsigned>(one.day), from));
    }
    return found;
}

std::optional<sys_days> next_date(sys_days date, repetition const& how, sys_days today) {
    sys_days const earliest = std::max(today, date + chrono::days(1));
    if (how.repeat == "weekly") return step_weeks(date, earliest);
    unsigned const period = months_between(how.repeat);
    if (period == 0) return std::nullopt;
    if (how.dates.size() > 1 && is_one_of(how.dates, date)) return next_of(how.dates, earliest);
    unsigned const own = static_cast<unsigned>(chrono::year_month_day(date).day());
    return step_months(date, std::max(own, how.day), period, earliest);
}

} // namespace kinvault::domain::reminders
