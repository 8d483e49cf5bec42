// What goes over the wire about people, their invitations and their links to items (contract,
// section 11).
#pragma once

#include "domain/schema/read.hpp"
#include "domain/schema/types.hpp"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>

namespace kinvault::domain::people {

/// Where a picture is: something a page may show as an image, so neither a script nor a document.
struct picture_url : schema::text<500> {
    using schema::text<500>::text;
};
void read(schema::report& report, schema::place const& at, schema::json::value const& sent,
          picture_url& out);

/// A day that has come somewhere on earth.
struct birth_date : schema::date {
    using schema::date::date;
};
void read(schema::report& report, schema::place const& at, schema::json::value const& sent,
          birth_date& out);

/// What a person is made of, but for the ids of organisation and account.
struct person_details {
    std::string id;
    std::string first_name;
    std::string last_name;
    std::optional<std::string> photo_url;
    std::optional<schema::date> date_of_birth;
    std::optional<std::string> email; ///< as it was sent
    std::optional<std::string> phone;
    std::optional<std::string> relationship;
    std::optional<std::string> notes;
    bool can_login = false;
    std::int64_t encryption_version = 1;
    schema::timestamp created_at;
    schema::timestamp updated_at;
    std::string status; ///< `active`, `invited`, `inactive` or `none`
};
BOOST_DESCRIBE_STRUCT(person_details, (),
                      (id, first_name, last_name, photo_url, date_of_birth, email, phone,
                       relationship, notes, can_login, encryption_version, created_at, updated_at,
                       status))

struct person : person_details {
    std::string org_id;
    std::optional<std::string> user_id; ///< the account, which stays when access ends
};
BOOST_DESCRIBE_STRUCT(person, (person_details), (org_id, user_id))

struct create_person {
    schema::text<100> first_name;
    schema::text<100> last_name;
    std::optional<picture_url> photo_url;
    std::optional<birth_date> date_of_birth;
    std::optional<schema::text<255>> email;
    std::optional<std::string> phone;
    std::optional<schema::text<100>> relationship;
    std::optional<std::string> notes;
    schema::or_default<bool, false> can_login;
    schema::or_default<schema::encryption_version, 1> encryption_version;
};
BOOST_DESCRIBE_STRUCT(create_person, (),
                      (first_name, last_name, photo_url, date_of_birth, email, phone, relationship,
                       notes, can_login, encryption_version))

/// Null leaves what cannot be null as it is.
struct change_person {
    std::optional<schema::text<100>> first_name;
    std::optional<schema::text<100>> last_name;
    schema::patch<picture_url> photo_url;
    schema::patch<birth_date> date_of_birth;
    schema::patch<schema::text<255>> email;
    schema::patch<std::string> phone;
    schema::patch<schema::text<100>> relationship;
    schema::patch<std::string> notes;
    std::optional<bool> can_login;
    std::optional<schema::encryption_version> encryption_version;
};
BOOST_DESCRIBE_STRUCT(change_person, (),
                      (first_name, last_name, photo_url, date_of_birth, email, phone, relationship,
                       notes, can_login, encryption_version))

struct message_answer {
    std::string message;
};
BOOST_DESCRIBE_STRUCT(message_answer, (), (message))

struct invite_link {
    std::string invite_url;
};
BOOST_DESCRIBE_STRUCT(invite_link, (), (invite_url))

/// What a person is to an item, but for the name of it.
struct link_details {
    std::string id; ///< of the link
    std::string person_id;
    std::string item_id;
    std::string first_name;
    std::string last_name;
    std::optional<std::string> email;
    std::optional<std::string> phone;
    std::optional<std::string> relationship;
    std::int64_t encryption_version = 1;
    schema::timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(link_details, (),
                      (id, person_id, item_id, first_name, last_name, email, phone, relationship,
                       encryption_version, created_at))

struct linked_person : link_details {
    std::optional<std::string> role;
};
BOOST_DESCRIBE_STRUCT(linked_person, (link_details), (role))

struct link_form {
    std::string person_id;
    std::optional<schema::text<100>> role;
};
BOOST_DESCRIBE_STRUCT(link_form, (), (person_id, role))

} // namespace kinvault::domain::people
