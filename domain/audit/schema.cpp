#include "domain/audit/schema.hpp"

namespace kinvault::domain::audit {

namespace {

bool is_digits(std::string_view text, std::size_t least, std::size_t most) {
    return text.size() >= least && text.size() <= most &&
           text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Two digits below a limit.
bool is_part(std::string_view text, int limit) {
    return is_digits(text, 2, 2) && (text[0] - '0') * 10 + (text[1] - '0') < limit;
}

/// `12:34:56.123456Z`
bool is_time(std::string_view text) {
    if (text.size() < 9 || text.back() != 'Z' || text[2] != ':' || text[5] != ':') return false;
    if (!is_part(text.substr(0, 2), 24) || !is_part(text.substr(3, 2), 60) ||
        !is_part(text.substr(6, 2), 60)) {
        return false;
    }
    auto const fraction = text.substr(8, text.size() - 9);
    return fraction.empty() || (fraction[0] == '.' && is_digits(fraction.substr(1), 1, 6));
}

} // namespace

bool is_moment(std::string_view text) {
    if (!schema::parse_date(text.substr(0, 10))) return false;
    return text.size() == 10 || (text[10] == 'T' && is_time(text.substr(11)));
}

void read(schema::report& report, schema::place const& at, schema::json::value const& sent,
          position& out) {
    schema::read_text(report, at, sent, out, position::least, position::most);
    if (sent.is_string() && !schema::is_uuid(out) && !is_moment(out)) {
        report.add("value_error",
                   "value is neither the id of an entry nor a time such as "
                   "2026-02-10T12:34:56Z",
                   at, &sent);
    }
}

} // namespace kinvault::domain::audit
