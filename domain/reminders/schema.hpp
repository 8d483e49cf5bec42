// What goes over the wire about reminders (contract, section 8).
#pragma once

#include "domain/schema/types.hpp"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <vector>

namespace kinvault::domain::reminders {

/// A reminder, custom or detected among the values of an item. What is optional is null for
/// detected ones.
struct reminder {
    std::optional<std::string> id;
    std::string item_id;
    std::string item_name;
    std::string category;
    std::string subcategory;
    std::string field_label; ///< title of a custom one
    schema::date date;
    std::int64_t days_until = 0; ///< negative when overdue
    bool is_overdue = false;
    bool is_custom = false;
    std::optional<bool> is_auto_generated;
    std::optional<std::int64_t> remind_days_before;
    std::optional<std::string> note;
    std::optional<std::string> repeat;
};
BOOST_DESCRIBE_STRUCT(reminder, (),
                      (id, item_id, item_name, category, subcategory, field_label, date, days_until,
                       is_overdue, is_custom, is_auto_generated, remind_days_before, note, repeat))

using repeat = schema::choice<"none", "weekly", "monthly", "quarterly", "yearly", "biennial">;
/// Days between the mail and the date.
using days_before = schema::integer<0, 3650>;

struct item_query {
    std::string item_id;
};
BOOST_DESCRIBE_STRUCT(item_query, (), (item_id))

struct create_reminder {
    std::string item_id;
    schema::text<255> title;
    schema::date remind_date;
    std::optional<std::string> note;
    std::optional<reminders::repeat> repeat;
    schema::or_default<days_before, 7> remind_days_before;
};
BOOST_DESCRIBE_STRUCT(create_reminder, (),
                      (item_id, title, remind_date, note, repeat, remind_days_before))

/// Null clears note and repeat, and leaves the others as they are.
struct change_reminder {
    std::optional<schema::text<255>> title;
    std::optional<schema::date> remind_date;
    schema::patch<std::string> note;
    schema::patch<reminders::repeat> repeat;
    std::optional<days_before> remind_days_before;
};
BOOST_DESCRIBE_STRUCT(change_reminder, (), (title, remind_date, note, repeat, remind_days_before))

struct generated_reminders {
    std::string message;
    std::vector<std::string> reminder_ids;
};
BOOST_DESCRIBE_STRUCT(generated_reminders, (), (message, reminder_ids))

} // namespace kinvault::domain::reminders
