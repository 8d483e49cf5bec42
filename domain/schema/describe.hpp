// From described structs to JSON Schema (draft 2020-12), the types of the OpenAPI document: one
// overload a type of types.hpp, as in read.hpp and write.hpp. Used by the typed endpoints of the
// server; nothing is made until somebody asks for the document.
#pragma once

#include "domain/schema/read.hpp"

#include <boost/core/type_name.hpp>
#include <boost/json/object.hpp>

#include <map>
#include <string>
#include <string_view>

namespace kinvault::schema {

/// Which way a value goes: what may be left out when it is sent is always there in what is given.
enum class direction { sent, given };

/// The named schemas of a document; every described struct becomes one.
class definitions {
  public:
    /// A reference to the schema of T, which is made when it is met for the first time.
    template <class T>
    json::object refer(direction way);
    json::object const& all() const { return schemas_; }

  private:
    /// The name for a type: without the namespaces that all have, with dots.
    std::string name_for(std::string_view type, direction way);

    json::object schemas_;
    std::map<std::string, direction> ways_;
};

json::object text_schema(std::size_t least, std::size_t most);
json::object integer_schema(std::int64_t least, std::int64_t most);
json::object choice_schema(std::span<std::string_view const> names);
json::object formatted_schema(std::string_view type, std::string_view format);
/// The same schema, which allows null too.
json::object or_null(json::object schema);
/// Adds what the name of a member says: ids are UUIDs.
void add_member(json::object& properties, std::string_view name, json::object schema);

// --- one overload a type; the pointer is only there to choose it ---

inline json::object describe(definitions&, direction, std::string const*) {
    return text_schema(0, unlimited);
}
template <std::size_t Max, std::size_t Min>
json::object describe(definitions&, direction, text<Max, Min> const*) {
    return text_schema(Min, Max);
}
template <std::int64_t Min, std::int64_t Max>
json::object describe(definitions&, direction, integer<Min, Max> const*) {
    return integer_schema(Min, Max);
}
template <literal... Names>
json::object describe(definitions&, direction, choice<Names...> const*) {
    return choice_schema(choice<Names...>::names);
}
inline json::object describe(definitions&, direction, date const*) {
    return formatted_schema("string", "date");
}
inline json::object describe(definitions&, direction, timestamp const*) {
    return formatted_schema("string", "date-time");
}
inline json::object describe(definitions&, direction, std::int64_t const*) {
    return formatted_schema("integer", "int64");
}
inline json::object describe(definitions&, direction, double const*) {
    return formatted_schema("number", "double");
}
inline json::object describe(definitions&, direction, bool const*) {
    return {{"type", "boolean"}};
}
inline json::object describe(definitions&, direction, raw_json const*) {
    return {};
}

// Declared first, so that they find each other.
template <class T>
json::object describe(definitions&, direction, std::optional<T> const*);
template <class T>
json::object describe(definitions&, direction, patch<T> const*);
template <class T>
json::object describe(definitions&, direction, secret<T> const*);
template <class T>
json::object describe(definitions&, direction, std::vector<T> const*);
template <class T, auto V>
json::object describe(definitions&, direction, or_default<T, V> const*);
template <class T, literal V>
json::object describe(definitions&, direction, or_text<T, V> const*);
template <class T>
json::object describe(definitions&, direction, or_empty<T> const*);
template <class T>
requires boost::describe::has_describe_members<T>::value json::object describe(definitions&,
                                                                               direction, T const*);

template <class T>
json::object describe_type(definitions& all, direction way) {
    return describe(all, way, static_cast<T const*>(nullptr));
}

template <class T>
json::object describe(definitions& all, direction way, std::optional<T> const*) {
    return or_null(describe_type<T>(all, way));
}
template <class T>
json::object describe(definitions& all, direction way, patch<T> const*) {
    return or_null(describe_type<T>(all, way));
}
template <class T>
json::object describe(definitions& all, direction way, secret<T> const*) {
    auto schema = describe_type<T>(all, way);
    schema["writeOnly"] = true;
    return schema;
}
template <class T>
json::object describe(definitions& all, direction way, std::vector<T> const*) {
    return {{"type", "array"}, {"items", describe_type<T>(all, way)}};
}
template <class T, auto V>
json::object describe(definitions& all, direction way, or_default<T, V> const*) {
    auto schema = describe_type<T>(all, way);
    schema["default"] = V;
    return schema;
}
template <class T, literal V>
json::object describe(definitions& all, direction way, or_text<T, V> const*) {
    auto schema = describe_type<T>(all, way);
    schema["default"] = json::string_view(V.view().data(), V.view().size());
    return schema;
}
template <class T>
json::object describe(definitions& all, direction way, or_empty<T> const*) {
    auto schema = describe_type<std::vector<T>>(all, way);
    schema["default"] = json::array();
    return schema;
}
template <class T>
requires boost::describe::has_describe_members<T>::value json::object
describe(definitions& all, direction way, T const*) {
    return all.refer<T>(way);
}

/// The schema of a struct itself, where a reference to it is not wanted: for query parameters.
template <class T>
json::object describe_members(definitions& all, direction way) {
    json::object properties;
    json::array required;
    boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
        using type = std::remove_cvref_t<decltype(std::declval<T>().*member.pointer)>;
        add_member(properties, member.name, describe_type<type>(all, way));
        if (way == direction::given || !may_be_absent<type>) required.emplace_back(member.name);
    });
    json::object schema{{"type", "object"}, {"properties", std::move(properties)}};
    if (!required.empty()) schema["required"] = std::move(required);
    return schema;
}

template <class T>
json::object definitions::refer(direction way) {
    auto const name = name_for(boost::core::type_name<T>(), way);
    if (!schemas_.contains(name)) {
        // There before its members are looked at, should one of them lead back to it.
        schemas_[name] = json::object();
        schemas_[name] = describe_members<T>(*this, way);
    }
    return {{"$ref", "#/components/schemas/" + name}};
}

} // namespace kinvault::schema
