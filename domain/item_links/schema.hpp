// What goes over the wire about the licenses, insurances and tax documents of a business (contract,
// section 13).
#pragma once

#include "domain/schema/types.hpp"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <vector>

namespace kinvault::domain::item_links {

/// The business an item is linked to; `id` is that of the link.
struct linked_parent {
    std::string id, item_id, name, subcategory;
    bool is_archived = false;
};
BOOST_DESCRIBE_STRUCT(linked_parent, (), (id, item_id, name, subcategory, is_archived))

/// An item of a business with what a list of them shows; `id` is that of the link.
struct linked_child {
    std::string id, item_id, name, subcategory;
    bool is_archived = false;
    std::optional<std::string> license_type;
    std::optional<std::string> expiration_date; ///< or else the end date
    std::optional<std::string> issuing_authority, provider, coverage_type, premium, document_type,
        tax_year;
    schema::timestamp created_at; ///< of the link
};
BOOST_DESCRIBE_STRUCT(linked_child, (),
                      (id, item_id, name, subcategory, is_archived, license_type, expiration_date,
                       issuing_authority, provider, coverage_type, premium, document_type, tax_year,
                       created_at))

using link_type = schema::or_text<schema::text<50>, "business_license">;

struct type_query {
    item_links::link_type link_type;
};
BOOST_DESCRIBE_STRUCT(type_query, (), (link_type))

struct new_link {
    std::string parent_item_id;
    item_links::link_type link_type;
};
BOOST_DESCRIBE_STRUCT(new_link, (), (parent_item_id, link_type))

} // namespace kinvault::domain::item_links
