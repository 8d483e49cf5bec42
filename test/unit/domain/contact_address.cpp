// The value of a contact, composed of the parts of its address.
#include <boost/test/unit_test.hpp>

#include "domain/contacts/address.hpp"

namespace {

using namespace kinvault::domain::contacts;

address_parts const full{"1 Main St", "Apt 2", "Town", "CA", "90001"};

contact address(address_parts const& parts, std::int64_t version = 1) {
    contact made;
    static_cast<address_parts&>(made) = parts;
    made.value = "as sent";
    made.contact_type = "address";
    made.encryption_version = version;
    settle(made);
    return made;
}

} // namespace

BOOST_AUTO_TEST_SUITE(contact_address)

BOOST_AUTO_TEST_CASE(what_is_empty_is_left_out_with_its_separator) {
    BOOST_TEST(compose(full) == "1 Main St, Apt 2, Town, CA 90001");
    BOOST_TEST(compose({"1", {}, "Town", "CA", "90001"}) == "1, Town, CA 90001");
    BOOST_TEST(compose({"1", "", "Town", "", "90001"}) == "1, Town 90001");
    BOOST_TEST(compose({"1", {}, {}, "CA", "90001"}) == "1, CA 90001");
    BOOST_TEST(compose({"1", {}, {}, {}, "90001"}) == "1, 90001");
    BOOST_TEST(compose({"1", {}, "Town", "CA", {}}) == "1, Town, CA");
    BOOST_TEST(compose({"1", {}, {}, {}, {}}) == "1");
    BOOST_TEST(compose({}) == "");
}

BOOST_AUTO_TEST_CASE(only_an_address_the_server_can_read_is_composed) {
    BOOST_TEST(address(full).value == "1 Main St, Apt 2, Town, CA 90001");
    BOOST_TEST(address(full, 2).value == "as sent");
    BOOST_TEST(address(full, 2).address_zip.value() == "90001");
    BOOST_TEST(address({{}, {}, "Town", {}, {}}).value == "as sent");
    BOOST_TEST(address({"", {}, "Town", {}, {}}).value == "as sent");
}

BOOST_AUTO_TEST_CASE(a_change_keeps_the_parts_that_were_not_sent) {
    change_contact sent;
    sent.address_city = {true, "City"};
    sent.address_line2 = {true, std::nullopt};
    sent.value = "ignored";
    contact const changed = merge(address(full), sent);
    BOOST_TEST(changed.value == "1 Main St, City, CA 90001");
    BOOST_TEST(!changed.address_line2.has_value());
    BOOST_TEST(merge(changed, {}).value == changed.value);
}

BOOST_AUTO_TEST_CASE(what_is_no_address_has_no_parts) {
    change_contact sent;
    sent.contact_type = "phone";
    sent.value = "+1 555";
    sent.address_line1 = {true, "2 Main St"};
    contact const changed = merge(address(full), sent);
    BOOST_TEST(changed.value == "+1 555");
    BOOST_TEST(!changed.address_line1.has_value());
    BOOST_TEST(!changed.address_zip.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
