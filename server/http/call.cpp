#include "server/http/call.hpp"

#include "crypto/digest.hpp"
#include "server/http/range.hpp"

#include <array>

namespace kinvault::http {

std::string const& call::parameter(std::string_view name) const {
    for (auto const& [key, value] : matched_.parameters) {
        if (key == name) return value;
    }
    throw std::logic_error("no such parameter in the path: " + std::string(name));
}

std::optional<domain::caller> call::who_if_named() const {
    static constexpr std::string_view scheme = "Bearer ";
    auto const authorization = request_.head.field("Authorization");
    if (!authorization || !authorization->starts_with(scheme)) return std::nullopt;
    domain::caller who;
    if (token_hash_.empty()) {
        token_hash_ = crypto::sha256_hex(authorization->substr(scheme.size()));
    }
    who.token_hash = token_hash_;
    if (auto const org = request_.head.field("X-Org-Id")) {
        // An id that is none finds no membership, as a foreign one does.
        who.org_id = schema::is_uuid(*org) ? std::string(*org) : std::string();
    }
    who.needed = role_for(matched().access);
    who.address = address_;
    auto const agent = request_.head.field_or_empty("User-Agent").substr(0, 500);
    if (schema::is_utf8(agent)) who.user_agent = agent;
    return who;
}

domain::caller call::who() const {
    auto who = who_if_named();
    if (!who) domain::refuse(401, "Missing or invalid authorization header");
    return std::move(*who);
}

void call::set_version(std::string const& version) {
    std::string const tag = "\"" + version + "\"";
    extra_.set("ETag", tag);
    is_known_ = matched().verb == method::get && none_match(request_.head, tag);
}

task<void> call::require_session() {
    if (matched().access == needs::nothing) co_return;
    auto asking = who();
    asking.needed = domain::role::anyone;
    co_await sessions_.check(std::move(asking));
}

task<void> call::require_role() {
    auto asking = who();
    co_await sessions_.check(std::move(asking));
}

task<std::string> call::read_body() {
    std::string text;
    auto const length = request_.head.content_length;
    if (length.value_or(0) > max_body_) throw bad_request(413, "Request body too large");
    text.reserve(static_cast<std::size_t>(length.value_or(0)));
    std::array<std::uint8_t, 8192> piece;
    while (request_.head.has_body) {
        std::size_t const count = co_await request_.body.read_some(piece);
        if (count == 0) break;
        if (text.size() + count > max_body_) throw bad_request(413, "Request body too large");
        text.append(reinterpret_cast<char const*>(piece.data()), count);
    }
    co_return text;
}

namespace {

/// No content type is read as JSON; `application/json` and `application/*+json` are JSON.
bool is_json(std::string_view content_type) {
    auto const type = content_type.substr(0, content_type.find(';'));
    auto const end = type.find_last_not_of(" \t");
    auto const name = type.substr(0, end == std::string_view::npos ? 0 : end + 1);
    if (name.empty() || equal_ignoring_case(name, "application/json")) return true;
    static constexpr std::string_view prefix = "application/";
    static constexpr std::string_view suffix = "+json";
    return name.size() > prefix.size() + suffix.size() &&
           equal_ignoring_case(name.substr(0, prefix.size()), prefix) &&
           equal_ignoring_case(name.substr(name.size() - suffix.size()), suffix);
}

} // namespace

task<boost::json::value> call::read_json() {
    std::string text = co_await read_body();
    if (text.empty()) co_return nullptr;
    if (!is_json(request_.head.field_or_empty("Content-Type"))) {
        co_return boost::json::value(boost::json::string(schema::is_utf8(text) ? text : ""));
    }
    co_return schema::parse_document(text);
}

boost::json::object call::query() const {
    boost::json::object object;
    for (auto const& [name, value] : parse_query(request_.head.query)) object[name] = value;
    return object;
}

} // namespace kinvault::http
