#include "domain/items/values.hpp"

#include "crypto/random.hpp"
#include "domain/error.hpp"

#include <algorithm>
#include <unordered_set>

namespace kinvault::domain::items {

namespace {

config::field const* definition(config::subcategory const* kind, std::string_view key) {
    return kind ? kind->find_field(key) : nullptr;
}

std::string type_of(config::subcategory const* kind, std::string_view key) {
    auto const* field = definition(kind, key);
    return field ? field->type : "text";
}

bool is_encrypted(config::subcategory const* kind, std::string_view key) {
    auto const* field = definition(kind, key);
    return field && field->encrypted_v1;
}

/// Stands between two values of a searchable text, and is in none of them.
constexpr char separator = '\x1f';
constexpr char instead_of_separator = '\x1e';

template <class Field>
std::string join_plain(config::subcategory const* kind, std::int64_t version,
                       std::vector<Field> const& fields) {
    std::string text;
    if (version != 1) return text;
    for (auto const& field : fields) {
        if (!field.field_value || field.field_value->empty()) continue;
        if (is_encrypted(kind, field.field_key)) continue;
        if (!text.empty()) text += separator;
        auto const begin = static_cast<std::ptrdiff_t>(text.size());
        text += *field.field_value;
        std::replace(text.begin() + begin, text.end(), separator, instead_of_separator);
    }
    return text;
}

} // namespace

std::string searchable_text(config::subcategory const* kind, std::int64_t version,
                            std::vector<field_input> const& fields) {
    return join_plain(kind, version, fields);
}

std::string searchable_text(config::subcategory const* kind, std::int64_t version,
                            std::vector<field_value> const& fields) {
    return join_plain(kind, version, fields);
}

bool has_server_encrypted(config::subcategory const& kind, std::vector<field_input> const& fields) {
    return std::any_of(fields.begin(), fields.end(), [&](field_input const& field) {
        return field.field_value && is_encrypted(&kind, field.field_key);
    });
}

value_columns to_columns(config::subcategory const* kind, std::vector<field_input> const& fields,
                         crypto::organization_key const* key) {
    value_columns columns;
    for (auto const& field : fields) {
        if (!field.field_value) continue;
        bool const encrypt = key && is_encrypted(kind, field.field_key);
        columns.ids.push_back(crypto::random_uuid());
        columns.keys.push_back(field.field_key);
        columns.values.push_back(encrypt ? key->encrypt_field(*field.field_value)
                                         : *field.field_value);
        columns.types.push_back(type_of(kind, field.field_key));
    }
    return columns;
}

std::vector<field_value> to_values(config::subcategory const* kind,
                                   std::vector<field_input> const& fields) {
    std::vector<field_value> values;
    for (auto const& field : fields) {
        if (!field.field_value) continue;
        values.push_back({{}, field.field_key, field.field_value, type_of(kind, field.field_key)});
    }
    return values;
}

void decrypt_values(config::subcategory const* kind, crypto::organization_key const& key,
                    std::vector<field_value>& values) {
    for (auto& value : values) {
        if (value.field_value && is_encrypted(kind, value.field_key)) {
            value.field_value = key.decrypt_field(*value.field_value);
        }
    }
}

namespace {

/// The places at which a key stands that was given before.
std::vector<std::size_t> repeated_keys(std::vector<field_input> const& fields) {
    std::unordered_set<std::string_view> seen;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        std::string const& key = fields[i].field_key;
        if (!seen.insert(key).second) places.push_back(i);
    }
    return places;
}

} // namespace

bool has_key_twice(std::vector<field_input> const& fields) {
    return !repeated_keys(fields).empty();
}

void require_unique_keys(std::vector<field_input> const& fields) {
    std::vector<fault> twice;
    for (auto const i : repeated_keys(fields)) {
        std::string const& key = fields[i].field_key;
        twice.push_back({"value_error",
                         {"body", "fields", i, "field_key"},
                         "Field key is given twice",
                         boost::json::string(key),
                         {}});
    }
    if (!twice.empty()) throw invalid_input(std::move(twice));
}

} // namespace kinvault::domain::items
