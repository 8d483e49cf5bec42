#include "domain/auth/schema.hpp"

namespace kinvault::domain::auth {

void read(schema::report& report, schema::place const& at, schema::json::value const& sent,
          account_email& out) {
    auto const* text = sent.if_string();
    if (!text) return schema::read_text(report, at, sent, out, 0, account_email::most);
    auto const email = normal_email(std::string_view(text->data(), text->size()));
    schema::json::value const value(schema::json::string(email.data(), email.size()));
    schema::read_text(report, at, value, out, 0, account_email::most);
    if (!is_email(email)) {
        report.add("value_error", "value is not a valid email address", at, &sent);
    }
}

} // namespace kinvault::domain::auth
