#include "domain/reminders/business.hpp"

#include "domain/reminders/dates.hpp"

#include <algorithm>

namespace kinvault::domain::reminders {

namespace chrono = std::chrono;

namespace {

/// When an anniversary is due without a formation date (contract, section 8).
constexpr chrono::days without_formation_date{90};

bool applies(config::reminder_template const& to, business const& of) {
    using enum config::reminder_scope;
    auto const& entities = to.entities;
    if (std::find(entities.begin(), entities.end(), of.subcategory) == entities.end()) return false;
    // An LLC may elect as well, and still files as the table says for LLCs.
    bool const s_corp = of.is_s_corp && of.subcategory == "corporation";
    switch (to.scope) {
    case federal:
        return !s_corp;
    case federal_s_corp:
        return s_corp;
    case employment:
        return of.has_employees;
    case state:
        return to.state == of.state;
    }
    return false;
}

void add(generated& to, config::reminder_template const& from, business const& of, sys_days today) {
    std::optional<std::int64_t> meant;
    sys_days due = today + without_formation_date;
    if (!from.anniversary) {
        due = next_of(from.dates, today);
    } else if (of.formed) {
        chrono::year_month_day const formed(*of.formed);
        auto const day = static_cast<unsigned>(formed.day());
        due = next_day_of_year(static_cast<unsigned>(formed.month()), day, today);
        if (chrono::year_month_day(due).day() != formed.day()) meant = day;
    }
    to.titles.push_back(from.title);
    to.dates.push_back(to_date(due));
    to.notes.push_back(from.note);
    to.repeats.push_back(from.repeat);
    to.days.push_back(meant);
}

} // namespace

void business::take(config::reminder_entity const& entity, std::string_view key,
                    std::string_view value) {
    if (key == entity.state_field) state = value;
    if (key == "formation_date") formed = parse_day(value);
    if (key == "has_employees") has_employees = value == "yes";
    if (key == "tax_election") is_s_corp = value == "s_corp";
}

std::vector<std::string> business_keys(config::reminder_entity const& entity) {
    return {entity.state_field, "formation_date", "has_employees", "tax_election"};
}

generated generate(config::catalogue const& catalogue, business const& of, sys_days today) {
    generated all;
    for (auto const& entry : catalogue.reminders) {
        if (applies(entry, of)) add(all, entry, of, today);
    }
    return all;
}

} // namespace kinvault::domain::reminders
