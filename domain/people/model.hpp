// Rows of the statements about people, where they are not what goes over the wire. Used by the
// people service only.
#pragma once

#include "domain/people/schema.hpp"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace kinvault::domain::people {

// Columns of the caller are called user_id, org_id and role, so those of a person are not.
struct person_row : person_details {
    std::string person_org_id;
    std::optional<std::string> account;
};
BOOST_DESCRIBE_STRUCT(person_row, (person_details), (person_org_id, account))

inline person to_wire(person_row row) {
    auto organization = std::move(row.person_org_id);
    auto account = std::move(row.account);
    return {std::move(row), std::move(organization), std::move(account)};
}

inline constexpr std::string_view person_not_found = "Person not found";

struct link_row : link_details {
    std::optional<std::string> link_role;
};
BOOST_DESCRIBE_STRUCT(link_row, (link_details), (link_role))

/// What decides about the login access of a locked person.
struct access_row {
    std::string id;
    std::optional<std::string> email;
    bool can_login = false;
    std::optional<std::string> account; ///< the linked user
};
BOOST_DESCRIBE_STRUCT(access_row, (), (id, email, can_login, account))

/// What a mail with an invitation says.
struct letter_row {
    std::string full_name;
    std::string org_name;
    std::string inviter;
};
BOOST_DESCRIBE_STRUCT(letter_row, (), (full_name, org_name, inviter))

/// The item and the person a link is to be between, as far as they were found.
struct ends_row {
    std::optional<std::string> item_id;
    std::optional<std::string> person_id;
};
BOOST_DESCRIBE_STRUCT(ends_row, (), (item_id, person_id))

/// The token of an invitation that can be accepted.
struct token_row {
    std::string id; ///< of the person
    std::optional<std::string> token;
};
BOOST_DESCRIBE_STRUCT(token_row, (), (id, token))

} // namespace kinvault::domain::people
