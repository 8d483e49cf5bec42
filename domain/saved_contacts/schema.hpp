// What goes over the wire about saved contacts and their links to items (contract, section 12).
#pragma once

#include "domain/schema/types.hpp"
#include "storage/postgres/record.hpp"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <vector>

namespace kinvault::domain::saved_contacts {

struct saved_contact : pg::record {
    std::string id, org_id, name;
    std::optional<std::string> company, role, email, phone, website, address, notes;
    std::int64_t encryption_version = 1;
    schema::timestamp created_at;
    schema::timestamp updated_at;
};
BOOST_DESCRIBE_STRUCT(saved_contact, (),
                      (id, org_id, name, company, role, email, phone, website, address, notes,
                       encryption_version, created_at, updated_at))

/// A saved contact as one of an item; `id` is that of the link.
struct linked_contact : pg::record {
    std::string id, saved_contact_id, item_id, name;
    std::optional<std::string> company, role, email, phone, website;
    std::int64_t encryption_version = 1;
    schema::timestamp created_at; ///< of the link
};
BOOST_DESCRIBE_STRUCT(linked_contact, (),
                      (id, saved_contact_id, item_id, name, company, role, email, phone, website,
                       encryption_version, created_at))

/// email, phone, address and notes may be ciphertext of any length.
struct create_contact {
    schema::text<150> name;
    std::optional<schema::text<150>> company;
    std::optional<schema::text<100>> role;
    std::optional<std::string> email, phone;
    std::optional<schema::text<500>> website;
    std::optional<std::string> address, notes;
    schema::or_default<schema::encryption_version, 1> encryption_version;
};
BOOST_DESCRIBE_STRUCT(create_contact, (),
                      (name, company, role, email, phone, website, address, notes,
                       encryption_version))

struct change_contact {
    std::optional<schema::text<150>> name;
    schema::patch<schema::text<150>> company;
    schema::patch<schema::text<100>> role;
    schema::patch<std::string> email, phone;
    schema::patch<schema::text<500>> website;
    schema::patch<std::string> address, notes;
    std::optional<schema::encryption_version> encryption_version;
};
BOOST_DESCRIBE_STRUCT(change_contact, (),
                      (name, company, role, email, phone, website, address, notes,
                       encryption_version))

struct new_link {
    std::string saved_contact_id;
};
BOOST_DESCRIBE_STRUCT(new_link, (), (saved_contact_id))

} // namespace kinvault::domain::saved_contacts
