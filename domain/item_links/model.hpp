// The rows of item links, where they differ from what goes over the wire.
#pragma once

#include "domain/items/schema.hpp"

#include <boost/describe/class.hpp>

namespace kinvault::domain::item_links {

/// A child as it is stored: values of version 1 still encrypted, with the wrapped key for them.
struct child_row {
    std::string id, item_id, category, subcategory, name;
    bool is_archived = false;
    std::int64_t encryption_version = 1;
    std::vector<items::field_value> fields;
    schema::timestamp created_at;
    std::string organization_key;
};
BOOST_DESCRIBE_STRUCT(child_row, (),
                      (id, item_id, category, subcategory, name, is_archived, encryption_version,
                       fields, created_at, organization_key))

/// What was found of the two items of a new link.
struct ends_row {
    std::optional<std::string> child_kind;
    std::optional<std::string> parent_kind;
};
BOOST_DESCRIBE_STRUCT(ends_row, (), (child_kind, parent_kind))

} // namespace kinvault::domain::item_links
