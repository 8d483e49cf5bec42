#include "domain/auth/rules.hpp"

namespace kinvault::domain::auth {

namespace {

/// Whether a member was sent as a text; whatever else it was is reported already.
bool is_text(schema::json::object const& object, char const* name) {
    auto const* value = object.if_contains(name);
    return value && value->is_string();
}

} // namespace

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

void check_members(schema::report& report, schema::place const& at,
                   schema::json::object const& object, register_form const& sent) {
    if (!is_text(object, "password")) return;
    if (!is_too_short(sent.password, sent.master_password_hash)) return;
    schema::place const here(at, "password");
    report.add("string_too_short", "String should have at least 8 characters", here, nullptr,
               {{"min_length", least_password}});
}

void check_members(schema::report& report, schema::place const& at,
                   schema::json::object const& object, accept_form const&) {
    // NULL counts as absent: both are optional to the reader.
    auto const is_absent = [&](char const* name) {
        auto const* value = object.if_contains(name);
        return !value || value->is_null();
    };
    if (is_text(object, "token")) return;
    if (is_absent("token")) schema::report_missing(report, schema::place(at, "token"), object);
    if (is_absent("password")) {
        schema::report_missing(report, schema::place(at, "password"), object);
    }
}

} // namespace kinvault::domain::auth
