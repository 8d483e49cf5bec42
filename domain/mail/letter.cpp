#include "domain/mail/letter.hpp"

#include "domain/text.hpp"

#include <algorithm>
#include <array>

namespace kinvault::domain::mail {

namespace {

/// A name takes no more room than this, so that nobody's name is a letter of its own.
constexpr std::size_t longest_name = 100;
constexpr std::size_t longest_subject = 150;

/// What somebody typed into one line: no line breaks or other control characters, cut.
std::string one_line(std::string_view typed, std::size_t longest = longest_name) {
    std::string line(cut(trim(typed), longest));
    std::replace_if(
        line.begin(), line.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
    return line;
}

std::string greeting(std::string_view full_name) {
    std::string const name = one_line(full_name);
    return name.empty() ? "Hello," : "Hello " + name + ",";
}

std::string escaped(std::string_view text) {
    std::string out;
    for (char const c : text) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        case '\n':
            out += "<br>\n";
            break;
        default:
            out += c;
        }
    }
    return out;
}

/// `1 December 2026`: the same day to readers of every country.
std::string day_text(sys_days day) {
    static constexpr std::array<char const*, 12> months{
        "January", "February", "March",     "April",   "May",      "June",
        "July",    "August",   "September", "October", "November", "December"};
    std::chrono::year_month_day const date(day);
    return std::to_string(static_cast<unsigned>(date.day())) + " " +
           months[static_cast<unsigned>(date.month()) - 1] + " " +
           std::to_string(static_cast<int>(date.year()));
}

std::string distance_text(sys_days due, sys_days today) {
    auto const days = (due - today).count();
    if (days == 0) return "today";
    if (days == 1) return "tomorrow";
    if (days == -1) return "yesterday";
    return days > 0 ? "in " + std::to_string(days) + " days" : std::to_string(-days) + " days ago";
}

} // namespace

std::string text_of(letter const& from) {
    std::string out;
    for (auto const& paragraph : from.before) out += paragraph + "\n\n";
    out += from.link_label + ":\n" + from.link + "\n";
    for (auto const& paragraph : from.after) out += "\n" + paragraph + "\n";
    return out;
}

std::string html_of(letter const& from) {
    std::string out = "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>" +
                      escaped(from.subject) + "</title></head>\n<body>\n";
    auto const add = [&](std::string const& paragraph) {
        out += "<p>" + escaped(paragraph) + "</p>\n";
    };
    for (auto const& paragraph : from.before) add(paragraph);
    std::string const link = escaped(from.link);
    out += "<p><a href=\"" + link + "\">" + escaped(from.link_label) + "</a></p>\n";
    for (auto const& paragraph : from.after) add(paragraph);
    return out + "</body>\n</html>\n";
}

letter reset_letter(std::string_view full_name, std::string_view email, std::string link) {
    letter out;
    out.subject = "A new password for your vault";
    out.before = {greeting(full_name), "Somebody, most likely you, wants to choose a new password "
                                       "for the account " +
                                           std::string(email) + "."};
    out.link_label = "Choose a new password";
    out.link = std::move(link);
    out.after = {"The link works once, within the next hour.",
                 "If it was not you, there is nothing to do: your password stays as it is."};
    return out;
}

letter invitation_letter(std::string_view full_name, std::string_view org_name,
                         std::string_view inviter, std::string link) {
    std::string const host = one_line(inviter);
    std::string const vault = one_line(org_name);
    letter out;
    out.subject = one_line(host + " invites you to " + vault, longest_subject);
    out.before = {greeting(full_name), host + " shares the vault \"" + vault +
                                           "\" with you: documents, dates and contacts of the "
                                           "family in one place, under lock and key."};
    out.link_label = "Accept the invitation";
    out.link = std::move(link);
    out.after = {"The invitation ends after 72 hours.",
                 "If you do not know who sent it, leave it alone: nothing happens then."};
    return out;
}

letter reminder_letter(std::string_view full_name, reminder_facts const& of, sys_days today,
                       std::string link) {
    std::string const title = one_line(of.title, longest_subject);
    letter out;
    out.subject = one_line("Reminder: " + title, longest_subject);
    out.before = {greeting(full_name),
                  title + " - " + day_text(of.due) + " (" + distance_text(of.due, today) + ")",
                  "It belongs to: " + one_line(of.item_name)};
    if (of.note && !trim(*of.note).empty()) out.before.emplace_back(trim(*of.note));
    out.link_label = "Open the vault";
    out.link = std::move(link);
    out.after = {"You get this because you are a member of the vault that the reminder is in."};
    return out;
}

} // namespace kinvault::domain::mail
