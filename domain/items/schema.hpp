// What goes over the wire about items (contract, section 5).
#pragma once

#include "domain/schema/types.hpp"
#include "storage/postgres/record.hpp"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <vector>

namespace kinvault::domain::items {

/// One value of an item.
struct field_value : pg::record {
    std::string field_key;
    std::optional<std::string> field_value;
    std::string field_type; ///< as the catalogue says, `text` for unknown keys
};
BOOST_DESCRIBE_STRUCT(field_value, (), (field_key, field_value, field_type))

/// A file of an item, without its content.
struct file : pg::record {
    std::string id;
    std::string file_name;
    std::optional<std::string> display_name;
    std::int64_t file_size = 0; ///< bytes as they were sent
    std::string mime_type;
    std::optional<std::string> purpose;
    std::int64_t encryption_version = 1;
    schema::timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(file, (),
                      (id, file_name, display_name, file_size, mime_type, purpose,
                       encryption_version, created_at))

struct item {
    std::string id;
    std::string org_id;
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
};
BOOST_DESCRIBE_STRUCT(item, (),
                      (id, org_id, category, subcategory, name, notes, is_archived,
                       encryption_version, fields, files, created_at, updated_at))

struct item_page {
    std::vector<item> items;
    std::int64_t total = 0;
    std::int64_t page = 1;
    std::int64_t limit = 50;
};
BOOST_DESCRIBE_STRUCT(item_page, (), (items, total, page, limit))

struct field_input {
    schema::text<100> field_key;
    std::optional<std::string> field_value; ///< null: not stored
};
BOOST_DESCRIBE_STRUCT(field_input, (), (field_key, field_value))

struct create_item {
    std::string category;
    std::string subcategory;
    schema::text<255> name;
    std::optional<std::string> notes;
    schema::or_empty<field_input> fields;
    schema::or_default<schema::encryption_version, 1> encryption_version;
};
BOOST_DESCRIBE_STRUCT(create_item, (),
                      (category, subcategory, name, notes, fields, encryption_version))

/// Null and absent both leave a member as it is; `fields` replaces all values.
struct change_item {
    std::optional<schema::text<255>> name;
    std::optional<std::string> notes;
    std::optional<std::vector<field_input>> fields;
    std::optional<schema::encryption_version> encryption_version;
};
BOOST_DESCRIBE_STRUCT(change_item, (), (name, notes, fields, encryption_version))

struct list_query : schema::page_query {
    std::optional<std::string> category;
    std::optional<std::string> subcategory;
    schema::or_default<bool, false> include_archived;
};
BOOST_DESCRIBE_STRUCT(list_query, (schema::page_query), (category, subcategory, include_archived))

struct migration_status {
    std::int64_t items_v1 = 0, items_v2 = 0, files_v1 = 0, files_v2 = 0;
};
BOOST_DESCRIBE_STRUCT(migration_status, (), (items_v1, items_v2, files_v1, files_v2))

} // namespace kinvault::domain::items
