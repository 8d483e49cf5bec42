// The rows of items, where they differ from what goes over the wire.
#pragma once

#include "domain/items/schema.hpp"

namespace kinvault::domain::items {

/// An item as it is stored: values of version 1 still encrypted, with the wrapped key for them.
struct item_row {
    std::string id;
    std::string item_org_id;
    std::string category;
    std::string subcategory;
    std::string name;
    std::optional<std::string> notes;
    bool is_archived = false;
    std::int64_t encryption_version = 1;
    std::vector<field_value> fields;
    std::vector<file> files;
    schema::timestamp created_at;
    schema::timestamp updated_at;
    std::optional<std::string> organization_key; ///< of version 1
};
BOOST_DESCRIBE_STRUCT(item_row, (),
                      (id, item_org_id, category, subcategory, name, notes, is_archived,
                       encryption_version, fields, files, created_at, updated_at, organization_key))

/// What a change must know of the item it has locked.
struct locked_row {
    std::string category;
    std::string subcategory;
    std::optional<std::string> notes;
    std::int64_t encryption_version = 1;
    std::string organization_key;
};
BOOST_DESCRIBE_STRUCT(locked_row, (),
                      (category, subcategory, notes, encryption_version, organization_key))

struct created_row {
    std::string org_id;
    schema::timestamp created_at;
    schema::timestamp updated_at;
};
BOOST_DESCRIBE_STRUCT(created_row, (), (org_id, created_at, updated_at))

} // namespace kinvault::domain::items
