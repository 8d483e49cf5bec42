#include "domain/people/schema.hpp"

#include "domain/calendar.hpp"
#include "domain/clock.hpp"
#include "domain/text.hpp"

#include <algorithm>

namespace kinvault::domain::people {

namespace {

/// Whether browsers take the text for an address of the web, an image in itself, or a path. They
/// skip control characters and white space around and inside of a scheme, so there may be none.
bool is_picture_url(std::string_view text) {
    auto const control = [](char c) {
        auto const code = static_cast<unsigned char>(c);
        return code < 0x20 || code == 0x7F;
    };
    if (trim(text).size() != text.size() || std::any_of(text.begin(), text.end(), control)) {
        return false;
    }
    auto const end = text.find_first_of(":/?#");
    if (end == std::string_view::npos || text[end] != ':') return true;
    std::string const url = lower_case(text);
    auto const begins = [&](std::string_view start) { return url.starts_with(start); };
    return begins("https:") || begins("http:") || begins("data:image/") || begins("blob:");
}

} // namespace

void read(schema::report& report, schema::place const& at, schema::json::value const& sent,
          picture_url& out) {
    schema::read_text(report, at, sent, out, picture_url::least, picture_url::most);
    if (sent.is_string() && !is_picture_url(sent.get_string())) {
        report.add("value_error", "value is not an address of a picture", at, &sent);
    }
}

void read(schema::report& report, schema::place const& at, schema::json::value const& sent,
          birth_date& out) {
    schema::read_date(report, at, sent, out);
    auto const day = parse_day(out);
    // East of Greenwich it is tomorrow already.
    if (day && *day > utc_today() + std::chrono::days(1)) {
        report.add("date_past", "Date should be in the past", at, &sent);
    }
}

} // namespace kinvault::domain::people
