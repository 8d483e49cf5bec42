// What goes over the wire about insurance providers (contract, section 14).
#pragma once

#include "domain/schema/types.hpp"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <vector>

namespace kinvault::domain::providers {

struct list_query {
    schema::or_text<schema::text<100>, ""> q; ///< part of a name; empty: all
};
BOOST_DESCRIBE_STRUCT(list_query, (), (q))

struct provider_list {
    std::vector<std::string> providers;
};
BOOST_DESCRIBE_STRUCT(provider_list, (), (providers))

struct contact {
    std::string label, value, contact_type;
};
BOOST_DESCRIBE_STRUCT(contact, (), (label, value, contact_type))

struct details {
    std::string name;
    std::optional<std::string> portal_url, claims_address;
    std::vector<contact> contacts;
};
BOOST_DESCRIBE_STRUCT(details, (), (name, portal_url, claims_address, contacts))

} // namespace kinvault::domain::providers
