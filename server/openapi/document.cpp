#include "server/openapi/document.hpp"

#include "domain/schema/describe.hpp"
#include "server/http/endpoint.hpp"
#include "server/openapi/examples.hpp"

#include <boost/json/serialize.hpp>

#include <map>

namespace kinvault::openapi {

namespace json = boost::json;
using http::needs;
using http::route;

namespace {

constexpr std::string_view about =
    "A vault for a family's documents. Bodies and answers are JSON in UTF-8 unless said otherwise; "
    "unknown members of a body are ignored. Whole numbers are also taken as decimal texts, "
    "booleans "
    "as 0, 1 and the usual words. HEAD works wherever GET does; a superfluous slash at the end of "
    "a "
    "path is answered with 307, an unknown path with 404, another method with 405 and Allow. What "
    "is no well-formed HTTP is refused with 400, 408, 413, 431, 501 or 505 before it comes to an "
    "operation. Every answer has an X-Request-Id.";

json::object reference(std::string_view kind, std::string_view name) {
    std::string path("#/components/");
    path.append(kind).append("/").append(name);
    return {{"$ref", path}};
}

json::object json_content(json::object schema) {
    return {{"application/json", {{"schema", std::move(schema)}}}};
}

std::string_view role_name(needs access) {
    switch (access) {
    case needs::nothing:
        return "nothing";
    case needs::session:
        return "session";
    default:
        return domain::name_of(http::role_for(access));
    }
}

std::string lower_name(http::method verb) {
    std::string name(http::name_of(verb));
    for (char& c : name) c = static_cast<char>(c | 0x20);
    return name;
}

/// `/api/items/{id}/renew` and POST give `post_items_id_renew`.
std::string operation_id(route const& from) {
    std::string_view path = from.path;
    if (path.starts_with("/api/")) path.remove_prefix(4);
    std::string id = lower_name(from.verb);
    for (char const c : path) {
        if (c == '{' || c == '}') continue;
        id += c == '/' || c == '-' || c == '.' ? '_' : c;
    }
    return id;
}

/// The module: the first name of the path below `/api`.
std::string tag_of(route const& from) {
    std::string_view path = from.path;
    path.remove_prefix(path.starts_with("/api/") ? 5 : 1);
    return std::string(path.substr(0, path.find('/')));
}

/// The details of the refusals of one status, each once.
using refusals = std::map<int, std::vector<std::string_view>>;

refusals all_refusals(route const& from) {
    refusals found;
    auto const add = [&](int status, std::string_view detail) {
        auto& details = found[status];
        if (std::find(details.begin(), details.end(), detail) == details.end())
            details.push_back(detail);
    };
    if (from.access != needs::nothing) {
        add(401, "Missing or invalid authorization header");
        add(401, "Invalid or expired session token");
    }
    if (from.access >= needs::viewer) {
        add(400, "No organization found");
        add(403, "Not a member of this organization");
    }
    if (from.access >= needs::member) add(403, domain::insufficient_permissions);
    if (from.body && from.body_content == "application/json") add(413, "Request body too large");
    for (auto const& each : from.answers) {
        if (each.is_refusal) add(each.status, each.text);
    }
    return found;
}

json::object refusal_answer(int status, std::vector<std::string_view> const& details) {
    json::object examples;
    for (auto const detail : details) {
        std::string const name = std::to_string(examples.size() + 1);
        examples[name] = {{"value", {{"detail", json::string(detail)}}}};
    }
    json::object content{{"schema", reference("schemas", "error")},
                         {"examples", std::move(examples)}};
    return {{"description", json::string(http::reason_of(status))},
            {"content", {{"application/json", std::move(content)}}}};
}

json::object common_schemas() {
    json::object const text{{"type", "string"}};
    json::object const place{
        {"type", "array"},
        {"description", "`body`, `query` or `path`, then names and indexes; for malformed JSON the "
                        "offset in characters"},
        {"items", {{"type", {"string", "integer"}}}}};
    json::object const members{{"type", text},
                               {"loc", place},
                               {"msg", text},
                               {"input", {{"description", "what was sent; null if secret"}}},
                               {"ctx", {{"type", "object"}}}};
    json::object const fault{
        {"type", "object"}, {"required", {"type", "loc", "msg", "input"}}, {"properties", members}};
    json::object const report{
        {"type", "object"},
        {"required", {"detail"}},
        {"properties", {{"detail", {{"type", "array"}, {"items", fault}, {"minItems", 1}}}}}};
    json::object const error{
        {"type", "object"}, {"required", {"detail"}}, {"properties", {{"detail", text}}}};
    return {{"error", error}, {"validation_report", report}};
}

json::object common_answers() {
    auto const example = [](std::string_view detail) {
        return json::object{{"application/json",
                             {{"schema", reference("schemas", "error")},
                              {"example", {{"detail", json::string(detail)}}}}}};
    };
    json::object const retry{
        {"Retry-After", {{"description", "seconds"}, {"schema", {{"type", "integer"}}}}}};
    json::object const fault{{"type", "missing"},
                             {"loc", {"body", "name"}},
                             {"msg", "Field required"},
                             {"input", json::object()}};
    json::object report = json_content(reference("schemas", "validation_report"));
    report["application/json"].as_object()["example"] = {{"detail", json::array{fault}}};
    return {
        {"invalid",
         {{"description", "All faults of what was sent, or malformed JSON"}, {"content", report}}},
        {"too_many",
         {{"description", "Too many requests of this client"},
          {"headers", retry},
          {"content", example("Too many requests")}}},
        {"failed",
         {{"description", "500, 503 (busy or cut off from its database or store) or 504"},
          {"headers", retry},
          {"content", example("Internal Server Error")}}},
    };
}

json::object path_parameter(std::string_view name) {
    json::object schema{{"type", "string"}};
    if (name.ends_with("id")) schema["format"] = "uuid";
    return {{"name", json::string(name)},
            {"in", "path"},
            {"required", true},
            {"example", example_of(name, schema, {})},
            {"schema", std::move(schema)}};
}

void add_path_parameters(json::array& parameters, std::string_view path) {
    while (path.find('{') != std::string_view::npos) {
        path.remove_prefix(path.find('{') + 1);
        parameters.push_back(path_parameter(path.substr(0, path.find('}'))));
    }
}

/// A query string has no null.
json::object without_null(json::object schema) {
    if (auto* type = schema.if_contains("type"); type && type->is_array()) {
        *type = json::value(type->get_array().at(0));
    }
    return schema;
}

void add_query_parameters(json::array& parameters, json::object const& query) {
    auto const* required = query.if_contains("required");
    for (auto const& [name, member] : query.at("properties").as_object()) {
        auto schema = without_null(member.as_object());
        bool const needed =
            required && std::find(required->as_array().begin(), required->as_array().end(),
                                  json::value(name)) != required->as_array().end();
        parameters.push_back({{"name", name},
                              {"in", "query"},
                              {"required", needed},
                              {"example", example_of(name, schema, {})},
                              {"schema", std::move(schema)}});
    }
}

class document {
  public:
    explicit document(http::router const& routes) {
        for (auto const& each : routes.routes()) {
            auto& path = paths_[each->path];
            if (path.is_null()) path = json::object();
            path.as_object()[lower_name(each->verb)] = operation(*each);
        }
    }

    json::object take() {
        json::object schemas = types_.all();
        add_examples(schemas);
        for (auto& entry : paths_) add_body_examples(entry.value().as_object(), schemas);
        for (auto& [name, schema] : common_schemas()) schemas[name] = std::move(schema);
        json::object const bearer{{"type", "http"},
                                  {"scheme", "bearer"},
                                  {"description", "The token of a session, see the login"}};
        json::object const organization{
            {"name", "X-Org-Id"},
            {"in", "header"},
            {"description", "The organisation to act in; without it the one joined first"},
            {"schema", {{"type", "string"}, {"format", "uuid"}}}};
        return {
            {"openapi", "3.1.0"},
            {"info",
             {{"title", "kinvault"},
              {"version", KINVAULT_VERSION},
              {"description", json::string(about)},
              {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
            {"servers", json::array{json::object{{"url", "/"}}}},
            {"paths", std::move(paths_)},
            {"components",
             {{"schemas", std::move(schemas)},
              {"responses", common_answers()},
              {"parameters", {{"organization", organization}}},
              {"securitySchemes", {{"bearer", bearer}}}}},
        };
    }

  private:
    json::object operation(route const& from);
    json::object answers(route const& from);
    json::object success(route const& from);
    json::object form_or_json(route const& from);
    static void add_body_examples(json::object& path, json::object const& schemas);

    schema::definitions types_;
    json::object paths_;
};

json::object document::operation(route const& from) {
    json::object made{{"operationId", operation_id(from)},
                      {"summary", from.summary},
                      {"tags", json::array{json::string(tag_of(from))}}};
    if (!from.note.empty()) made["description"] = json::string(from.note);
    made["x-needs"] = json::string(role_name(from.access));
    json::object const bearer{{"bearer", json::array()}};
    bool const named = from.access != needs::nothing;
    json::array security;
    if (named || from.session_optional) security.push_back(bearer);
    if (from.session_optional) security.push_back(json::object());
    made["security"] = std::move(security);
    json::array parameters;
    add_path_parameters(parameters, from.path);
    if (from.query) add_query_parameters(parameters, from.query(types_));
    if (named) parameters.push_back(reference("parameters", "organization"));
    if (!parameters.empty()) made["parameters"] = std::move(parameters);
    if (from.body) made["requestBody"] = form_or_json(from);
    made["responses"] = answers(from);
    return made;
}

json::object document::form_or_json(route const& from) {
    json::object schema = from.body(types_);
    if (from.body_content != "application/json") {
        json::object const file{{"type", "object"},
                                {"required", {"file"}},
                                {"properties", {{"file", {{"description", "with a file name"}}}}}};
        schema = {{"allOf", {schema, file}}};
    }
    return {{"required", true},
            {"content", {{json::string(from.body_content), {{"schema", std::move(schema)}}}}}};
}

json::object document::success(route const& from) {
    json::object made{{"description", json::string(http::reason_of(from.status))}};
    if (from.answer) {
        made["content"] = json_content(from.answer(types_));
    } else if (from.status != 204) {
        made["content"] = {{json::string(from.content), json::object()}};
    }
    return made;
}

json::object document::answers(route const& from) {
    std::map<int, json::object> all;
    all[from.status] = success(from);
    for (auto const& each : from.answers) {
        if (each.is_refusal) continue;
        json::object other{{"description", json::string(each.text)}};
        if (each.type) {
            other["content"] = json_content(each.type(types_));
        } else if (each.status < 300) {
            other["content"] = {{json::string(from.content), json::object()}};
        }
        all[each.status] = std::move(other);
    }
    for (auto const& [status, details] : all_refusals(from)) {
        all[status] = refusal_answer(status, details);
    }
    if (from.body || from.query) all[422] = reference("responses", "invalid");
    all[429] = reference("responses", "too_many");
    json::object made;
    for (auto& [status, one] : all) made[std::to_string(status)] = std::move(one);
    made["5XX"] = reference("responses", "failed");
    return made;
}

/// Bodies get theirs when all schemas are known.
void document::add_body_examples(json::object& path, json::object const& schemas) {
    for (auto& entry : path) {
        auto* body = entry.value().as_object().if_contains("requestBody");
        if (!body) continue;
        auto& content = body->as_object().at("content").as_object();
        auto* const of_json = content.if_contains("application/json");
        if (!of_json) continue;
        auto const& schema = of_json->as_object().at("schema").as_object();
        of_json->as_object()["example"] = example_of("body", schema, schemas);
    }
}

} // namespace

std::string make_document(http::router const& routes) {
    return json::serialize(document(routes).take());
}

} // namespace kinvault::openapi
