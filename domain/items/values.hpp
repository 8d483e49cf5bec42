// The values of an item on their way into the database and out of it. Used by the items service and
// by those modules that copy or read values (renewal, links).
#pragma once

#include "config/catalogue.hpp"
#include "crypto/vault_keys.hpp"
#include "domain/items/model.hpp"

#include <string>
#include <vector>

namespace kinvault::domain::items {

/// Columns of item_field_values, one entry a value.
struct value_columns {
    std::vector<std::string> ids, keys, values, types;
};

/// Whether the server encrypts one of these values itself.
bool has_server_encrypted(config::subcategory const& kind, std::vector<field_input> const& fields);

/// The columns for what was sent; null values are left out. `key` encrypts what the catalogue says,
/// for version 1; without a key nothing is encrypted.
value_columns to_columns(config::subcategory const* kind, std::vector<field_input> const& fields,
                         crypto::organization_key const* key);

/// The same values as the client sees them.
std::vector<field_value> to_values(config::subcategory const* kind,
                                   std::vector<field_input> const& fields);

/// Decrypts the values of a version-1 item in place.
void decrypt_values(config::subcategory const* kind, crypto::organization_key const& key,
                    std::vector<field_value>& values);

/// What search finds an item by, beside its name (column items.search_values): the values that are
/// stored in clear. Empty for version 2, whose values are ciphertext.
std::string searchable_text(config::subcategory const* kind, std::int64_t version,
                            std::vector<field_input> const& fields);
std::string searchable_text(config::subcategory const* kind, std::int64_t version,
                            std::vector<field_value> const& fields);

bool has_key_twice(std::vector<field_input> const& fields);
/// Throws 422 when a key is given twice.
void require_unique_keys(std::vector<field_input> const& fields);

} // namespace kinvault::domain::items
