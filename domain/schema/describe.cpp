#include "domain/schema/describe.hpp"

namespace kinvault::schema {

namespace {

bool is_id(std::string_view name) {
    return name == "id" || name.ends_with("_id");
}

} // namespace

std::string definitions::name_for(std::string_view type, direction way) {
    static constexpr std::string_view common[] = {
        "kinvault::", "domain::", "routes::", "(anonymous namespace)::"};
    for (auto const prefix : common) {
        if (type.starts_with(prefix)) type.remove_prefix(prefix.size());
    }
    std::string name;
    for (std::size_t i = 0; i < type.size(); ++i) {
        bool const colons = type.substr(i, 2) == "::";
        name += colons ? '.' : type[i];
        if (colons) ++i;
    }
    auto const [known, first] = ways_.emplace(name, way);
    if (!first && known->second != way) name += way == direction::sent ? ".sent" : ".given";
    return name;
}

json::object text_schema(std::size_t least, std::size_t most) {
    json::object schema{{"type", "string"}};
    if (least > 0) schema["minLength"] = least;
    if (most != unlimited) schema["maxLength"] = most;
    return schema;
}

json::object integer_schema(std::int64_t least, std::int64_t most) {
    return {{"type", "integer"}, {"minimum", least}, {"maximum", most}};
}

json::object choice_schema(std::span<std::string_view const> names) {
    json::array values;
    for (auto const name : names) values.emplace_back(json::string_view(name.data(), name.size()));
    return {{"type", "string"}, {"enum", std::move(values)}};
}

json::object formatted_schema(std::string_view type, std::string_view format) {
    return {{"type", json::string_view(type.data(), type.size())},
            {"format", json::string_view(format.data(), format.size())}};
}

json::object or_null(json::object schema) {
    if (schema.contains("$ref")) return {{"anyOf", {std::move(schema), {{"type", "null"}}}}};
    if (auto const type = schema.find("type"); type != schema.end() && type->value().is_string()) {
        type->value() = json::array{type->value(), "null"};
    }
    if (auto const values = schema.find("enum"); values != schema.end()) {
        values->value().as_array().emplace_back(nullptr);
    }
    return schema;
}

void add_member(json::object& properties, std::string_view name, json::object schema) {
    if (is_id(name) && schema.contains("type")) schema["format"] = "uuid";
    properties[json::string_view(name.data(), name.size())] = std::move(schema);
}

} // namespace kinvault::schema
