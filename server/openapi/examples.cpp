#include "server/openapi/examples.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace kinvault::openapi {

namespace json = boost::json;

namespace {

using entry = std::pair<std::string_view, std::string_view>;

/// Texts by name. What is not here is an example of its type, or its own name.
constexpr std::array texts{
    entry{"acquired_date", "2024-05-17"},
    entry{"action", "member_added"},
    entry{"address_city", "Springfield"},
    entry{"address_line1", "742 Evergreen Terrace"},
    entry{"address_line2", "Rear building"},
    entry{"address_state", "IL"},
    entry{"address_zip", "62704"},
    entry{"before", "2026-02-10T12:34:56Z"},
    entry{"category", "ids"},
    entry{"contact_type", "phone"},
    entry{"country", "Australia"},
    entry{"created_at", "2026-02-10T12:34:56.123456Z"},
    entry{"date_of_birth", "1985-12-10"},
    entry{"device", "Firefox on Linux"},
    entry{"email", "ada@example.org"},
    entry{"field_key", "passport_number"},
    entry{"field_type", "text"},
    entry{"field_value", "X1234567"},
    entry{"file_name", "passport.pdf"},
    entry{"first_name", "Ada"},
    entry{"full_name", "Ada Lovelace"},
    entry{"icon", "id-card"},
    entry{"id", "3f0c7a52-9d1e-4b5c-8a76-2e4d91c0b8f3"},
    entry{"in_deductible_applies", "yes"},
    entry{"item_name", "Ada's passport"},
    entry{"label", "Mobile"},
    entry{"last_name", "Lovelace"},
    entry{"license_plate", "KV 1815"},
    entry{"mime_type", "application/pdf"},
    entry{"name", "Ada's passport"},
    entry{"new_password", "an even better horse battery"},
    entry{"notes", "In the blue folder"},
    entry{"out_deductible_applies", "no"},
    entry{"password", "correct horse battery"},
    entry{"phone", "+1 555 0100"},
    entry{"photo_url", "https://example.org/ada.png"},
    entry{"purpose", "front_image"},
    entry{"q", "pass"},
    entry{"relationship", "mother"},
    entry{"remind_date", "2031-06-10"},
    entry{"role", "member"},
    entry{"slug", "ids"},
    entry{"subcategory", "passport"},
    entry{"title", "Renew the passport"},
    entry{"token", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
    entry{"updated_at", "2026-02-10T12:34:56.123456Z"},
    entry{"value", "+1 555 0100"},
    entry{"vin", "1HGCM82633A004352"},
    entry{"website", "https://example.org"},
};
constexpr bool sorted = std::is_sorted(texts.begin(), texts.end());
static_assert(sorted, "looked up by halving");

std::string_view view(json::value const& text) {
    auto const& characters = text.get_string();
    return {characters.data(), characters.size()};
}

/// The type of a schema, without null.
std::string_view type_of(json::object const& schema) {
    auto const* type = schema.if_contains("type");
    if (!type) return "";
    return view(type->is_array() ? type->get_array().at(0) : *type);
}

json::value text_example(std::string_view name, json::object const& schema) {
    if (auto const* names = schema.if_contains("enum")) return names->as_array().at(0);
    auto const* known = std::lower_bound(texts.begin(), texts.end(), entry{name, ""});
    if (known != texts.end() && known->first == name) return json::string(known->second);
    auto const* format = schema.if_contains("format");
    if (format && *format == "uuid") return text_example("id", {});
    if (format && *format == "date") return "2031-12-10";
    if (format && *format == "date-time") return text_example("created_at", {});
    std::string text(name);
    std::replace(text.begin(), text.end(), '_', ' ');
    if (auto const* most = schema.if_contains("maxLength")) {
        text.resize(std::min(text.size(), most->to_number<std::size_t>()));
    }
    return json::string(text);
}

json::value number_example(std::string_view name, json::object const& schema) {
    if (name.ends_with("kdf_iterations")) return 600'000;
    auto const* least = schema.if_contains("minimum");
    return std::max<std::int64_t>(1, least ? least->to_number<std::int64_t>() : 1);
}

json::object const& target_of(json::object const& reference, json::object const& schemas) {
    auto const path = view(reference.at("$ref"));
    return schemas.at(path.substr(path.rfind('/') + 1)).as_object();
}

json::value object_example(json::object const& schema, json::object const& schemas) {
    json::object example;
    for (auto const& [name, member] : schema.at("properties").as_object()) {
        example[name] = example_of(name, member.as_object(), schemas);
    }
    return example;
}

} // namespace

json::value example_of(std::string_view name, json::object const& schema,
                       json::object const& schemas) {
    if (auto const* preset = schema.if_contains("default"); preset && !preset->is_array()) {
        return *preset;
    }
    if (schema.contains("$ref")) return object_example(target_of(schema, schemas), schemas);
    if (auto const* one = schema.if_contains("anyOf")) {
        return example_of(name, one->as_array().at(0).as_object(), schemas);
    }
    auto const type = type_of(schema);
    if (type == "array") {
        return json::array{example_of(name, schema.at("items").as_object(), schemas)};
    }
    if (type == "integer") return number_example(name, schema);
    if (type == "number") return 1234.5;
    if (type == "boolean") return true;
    if (type == "object") return object_example(schema, schemas);
    return text_example(name, schema);
}

void add_examples(json::object& schemas) {
    for (auto& named : schemas) {
        for (auto& [name, member] : named.value().as_object().at("properties").as_object()) {
            auto& schema = member.as_object();
            bool const composed = schema.contains("$ref") || schema.contains("anyOf") ||
                                  type_of(schema) == "array" || schema.empty();
            if (!composed) schema["examples"] = json::array{example_of(name, schema, schemas)};
        }
    }
}

} // namespace kinvault::openapi
