// What the vault writes to people: the letters, and each as plain text and as HTML. Pure. Used by
// the outbox and by the job that mails reminders.
#pragma once

#include "domain/calendar.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kinvault::domain::mail {

/// Paragraphs hold what people typed as it is; `text` and `html` make it harmless.
struct letter {
    std::string subject;
    std::vector<std::string> before; ///< the link
    std::string link_label;
    std::string link; ///< a URL
    std::vector<std::string> after;
};

/// Lines end with \n.
std::string text_of(letter const& from);
std::string html_of(letter const& from);

letter reset_letter(std::string_view full_name, std::string_view email, std::string link);
letter invitation_letter(std::string_view full_name, std::string_view org_name,
                         std::string_view inviter, std::string link);

struct reminder_facts {
    std::string title;
    std::string item_name;
    sys_days due;
    std::optional<std::string> note;
};
letter reminder_letter(std::string_view full_name, reminder_facts const& of, sys_days today,
                       std::string link);

} // namespace kinvault::domain::mail
