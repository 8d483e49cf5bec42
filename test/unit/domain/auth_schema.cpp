// What is wrong with the bodies that make and change accounts: all of it in one report, in the
// order of the contract, and none of the secrets.
#include "domain/auth/schema.hpp"
#include "domain/people/schema.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

using namespace kinvault;

namespace {

/// The faults as "type member" lines.
template <class T>
std::string faults(std::string_view text) {
    schema::report report(schema::has_secrets<T>());
    T value;
    schema::read(report, schema::place("body"), schema::parse_document(text), value);
    try {
        report.raise();
    } catch (domain::invalid_input const& error) {
        std::string lines;
        for (auto const& fault : error.faults()) {
            BOOST_TEST((fault.input.is_null() || !schema::has_secrets<T>()));
            lines += fault.type + " " + boost::json::serialize(fault.place.at(1)) + "\n";
        }
        return lines;
    }
    return "";
}

} // namespace

BOOST_AUTO_TEST_SUITE(auth_schema)

BOOST_AUTO_TEST_CASE(a_registration_hears_all_that_is_wrong_at_once) {
    using form = domain::auth::register_form;
    BOOST_TEST(faults<form>(R"({"email":"x","password":"1234567","full_name":" ","public_key":1,
                                "encrypted_org_key":2,"kdf_iterations":1})") ==
               "value_error \"email\"\n"
               "string_too_short \"full_name\"\n"
               "string_type \"encrypted_org_key\"\n"
               "string_type \"public_key\"\n"
               "greater_than_equal \"kdf_iterations\"\n"
               "string_too_short \"password\"\n");
    // A placeholder, or no password at all.
    std::string const start = R"({"email":"a@b.c","full_name":"A")";
    BOOST_TEST(faults<form>(start + R"(,"password":"x","master_password_hash":"h"})") == "");
    BOOST_TEST(faults<form>(start + R"(,"password":"x","master_password_hash":""})") ==
               "string_too_short \"password\"\n");
    BOOST_TEST(faults<form>(start + R"(,"password":"pässwört"})") == "");
    BOOST_TEST(faults<form>(start + "}") == "missing \"password\"\n");
    BOOST_TEST(faults<form>(start + R"(,"password":7})") == "string_type \"password\"\n");
}

BOOST_AUTO_TEST_CASE(an_invitation_is_accepted_with_its_token) {
    using form = domain::auth::accept_form;
    BOOST_TEST(faults<form>("{}") == "missing \"token\"\nmissing \"password\"\n");
    BOOST_TEST(faults<form>(R"({"token":null,"password":"x"})") == "missing \"token\"\n");
    BOOST_TEST(faults<form>(R"({"token":1})") == "string_type \"token\"\nmissing \"password\"\n");
    BOOST_TEST(faults<form>(R"({"token":"t"})") == "");
}

BOOST_AUTO_TEST_CASE(a_reset_knows_no_key_of_an_organisation) {
    using form = domain::auth::reset_form;
    BOOST_TEST(faults<form>(R"({"token":"t","password":"p","encrypted_org_key":5})") == "");
    BOOST_TEST(faults<form>(R"({"token":"t","password":"p","public_key":5})") ==
               "string_type \"public_key\"\n");
}

BOOST_AUTO_TEST_CASE(nobody_is_born_in_the_future) {
    using form = domain::people::change_person;
    BOOST_TEST(faults<form>(R"({"date_of_birth":"1990-02-28"})") == "");
    BOOST_TEST(faults<form>(R"({"date_of_birth":null})") == "");
    BOOST_TEST(faults<form>(R"({"date_of_birth":"2990-01-01"})") ==
               "date_past \"date_of_birth\"\n");
    BOOST_TEST(faults<form>(R"({"date_of_birth":"1990-02-30"})") ==
               "date_from_datetime_parsing \"date_of_birth\"\n");
}

BOOST_AUTO_TEST_SUITE_END()
