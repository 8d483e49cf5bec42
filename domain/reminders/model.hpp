// The rows of reminders, where they differ from what goes over the wire.
#pragma once

#include "domain/schema/types.hpp"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>

namespace kinvault::domain::reminders {

/// A reminder as the statements give it.
struct reminder_row {
    std::string id; ///< of the item
    std::optional<std::string> reminder_id;
    std::string item_name;
    std::string category;
    std::string subcategory;
    std::string label; ///< title of a custom one, key of the field of a detected one
    std::string date;  ///< of a detected one, it may be no date
    bool is_custom = false;
    std::optional<std::string> note;
    std::optional<std::string> repeat;
    std::optional<bool> is_auto_generated;
    std::optional<std::int64_t> remind_days_before;
};
BOOST_DESCRIBE_STRUCT(reminder_row, (),
                      (id, reminder_id, item_name, category, subcategory, label, date, is_custom,
                       note, repeat, is_auto_generated, remind_days_before))

struct new_id_row {
    std::string id;
};
BOOST_DESCRIBE_STRUCT(new_id_row, (), (id))

} // namespace kinvault::domain::reminders
