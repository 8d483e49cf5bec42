// What goes over the wire about visas (contract, section 14).
#pragma once

#include <boost/describe/class.hpp>

#include <string>
#include <vector>

namespace kinvault::domain::visas {

struct country_list {
    std::vector<std::string> countries;
};
BOOST_DESCRIBE_STRUCT(country_list, (), (countries))

struct visa_types {
    std::string country;
    std::vector<std::string> visa_types;
};
BOOST_DESCRIBE_STRUCT(visa_types, (), (country, visa_types))

struct contact {
    std::string label, contact_type, value;
};
BOOST_DESCRIBE_STRUCT(contact, (), (label, contact_type, value))

struct visa_contacts {
    std::string country;
    std::vector<contact> contacts;
};
BOOST_DESCRIBE_STRUCT(visa_contacts, (), (country, contacts))

} // namespace kinvault::domain::visas
