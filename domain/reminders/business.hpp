// Which reminders a business gets, and when: from the templates of the catalogue (contract, section
// 8). Pure; used by items when a business is created and by reminders when they are made anew.
#pragma once

#include "config/catalogue.hpp"
#include "domain/calendar.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kinvault::domain::reminders {

/// What the reminders of a business depend on, as its fields say.
struct business {
    std::string subcategory;
    std::string state;
    std::optional<sys_days> formed;
    bool has_employees = false;
    bool is_s_corp = false;

    /// Takes one value of the item, of whatever key.
    void take(config::reminder_entity const& entity, std::string_view key, std::string_view value);
};

/// The keys that `business::take` knows.
std::vector<std::string> business_keys(config::reminder_entity const& entity);

/// Reminders as the columns that statements take, one entry a reminder.
struct generated {
    std::vector<std::string> titles, dates, notes, repeats;
    /// The day of the month meant by an anniversary of 29 February.
    std::vector<std::optional<std::int64_t>> days;
};

generated generate(config::catalogue const& catalogue, business const& of, sys_days today);

} // namespace kinvault::domain::reminders
