// What goes over the wire about the contacts of an item (contract, section 7).
#pragma once

#include "domain/schema/types.hpp"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <vector>

namespace kinvault::domain::contacts {

using contact_type = schema::choice<"phone", "email", "url", "address">;

/// The parts of an address: ciphertext of any length in contacts of version 2.
struct address_parts {
    std::optional<std::string> address_line1, address_line2, address_city, address_state,
        address_zip;
};
BOOST_DESCRIBE_STRUCT(address_parts, (),
                      (address_line1, address_line2, address_city, address_state, address_zip))

struct contact_head {
    std::string id;
    std::string item_id;
    std::string label;
    std::string value;
    std::string contact_type;
    std::int64_t sort_order = 0;
    std::int64_t encryption_version = 1;
};
BOOST_DESCRIBE_STRUCT(contact_head, (),
                      (id, item_id, label, value, contact_type, sort_order, encryption_version))

struct contact : contact_head, address_parts {};
BOOST_DESCRIBE_STRUCT(contact, (contact_head, address_parts), ())

struct list_query : schema::page_query {
    std::string item_id;
};
BOOST_DESCRIBE_STRUCT(list_query, (schema::page_query), (item_id))

struct create_contact : address_parts {
    std::string item_id;
    schema::text<100> label;
    schema::or_text<std::string, ""> value;
    schema::or_text<contacts::contact_type, "phone"> contact_type;
    schema::or_default<schema::integer<>, 0> sort_order; ///< 0: behind all others
    schema::or_default<schema::encryption_version, 1> encryption_version;
};
BOOST_DESCRIBE_STRUCT(create_contact, (address_parts),
                      (item_id, label, value, contact_type, sort_order, encryption_version))

/// Absent leaves a member as it is; so does null, but for the parts of an address, which it clears.
struct change_contact {
    std::optional<schema::text<100>> label;
    std::optional<std::string> value;
    std::optional<contacts::contact_type> contact_type;
    std::optional<schema::integer<>> sort_order;
    std::optional<schema::encryption_version> encryption_version;
    schema::patch<std::string> address_line1, address_line2, address_city, address_state,
        address_zip;
};
BOOST_DESCRIBE_STRUCT(change_contact, (),
                      (label, value, contact_type, sort_order, encryption_version, address_line1,
                       address_line2, address_city, address_state, address_zip))

struct place {
    std::string id;
    schema::integer<> sort_order;
};
BOOST_DESCRIBE_STRUCT(place, (), (id, sort_order))

struct new_order {
    std::string item_id;
    std::vector<place> contacts;
};
BOOST_DESCRIBE_STRUCT(new_order, (), (item_id, contacts))

struct done {
    bool ok = true;
};
BOOST_DESCRIBE_STRUCT(done, (), (ok))

} // namespace kinvault::domain::contacts
