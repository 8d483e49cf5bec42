// What belongs to an item (contacts, coverage, links) when two change it at once, when it is
// archived, and when it is of version 1.
#include <boost/test/unit_test.hpp>

#include "crypto/random.hpp"
#include "domain/contacts/service.hpp"
#include "domain/coverage/service.hpp"
#include "domain/item_links/service.hpp"
#include "domain/items/service.hpp"
#include "domain/saved_contacts/service.hpp"
#include "test/support/integration/accounts.hpp"

namespace {

using namespace kinvault;
using namespace kinvault::domain;
using test::background;
using test::outcome;

constexpr char no_item[] = "404 Item not found";

/// A business, and an insurance of it whose premium the server encrypts.
config::catalogue small_catalogue() {
    config::subcategory business{"llc", "LLC", "x"};
    business.business_entity = true;
    config::subcategory insurance{"bop", "BOP", "x"};
    insurance.linkable_child = true;
    insurance.fields = {{"premium", "Premium", "text", false, true, {}},
                        {"end_date", "End", "date", false, false, {}}};
    config::catalogue made;
    made.categories = {{"business", "Business", "x", {business, insurance}}};
    return made;
}

struct parts_fixture : test::accounts_fixture {
    config::catalogue catalogue = small_catalogue();
    domain::items::service items{db, catalogue, keys};
    domain::contacts::service contacts{db};
    domain::coverage::service coverage{db};
    domain::saved_contacts::service saved{db};
    domain::item_links::service links{db, catalogue, keys};
    auth::token_response const ada = make_user("ada");

    caller member() const {
        auto who = caller_of(ada);
        who.needed = role::member;
        return who;
    }

    std::string make_item(std::string const& kind = "bop") {
        domain::items::create_item sent;
        sent.category = "business";
        sent.subcategory = kind;
        sent.name = std::string(kind);
        sent.fields.value = {{std::string("premium"), "1200"}, {std::string("end_date"), "2027"}};
        return run(items.create(member(), std::move(sent))).id;
    }

    task<contacts::contact> add_contact(std::string item_id, std::string label) {
        contacts::create_contact sent;
        sent.item_id = std::move(item_id);
        sent.label = std::move(label);
        return contacts.create(member(), std::move(sent));
    }

    std::string make_saved_contact() {
        saved_contacts::create_contact sent;
        sent.name = std::string("Cara");
        return run(saved.create(member(), std::move(sent))).id;
    }

    task<std::vector<coverage::coverage_row>>
    put_rows(std::string const& item_id, std::string const& key, std::vector<int> const& orders) {
        coverage::new_rows sent{item_id, {}};
        for (int order : orders) {
            coverage::row_input row;
            row.service_key = key + std::to_string(sent.rows.size());
            row.sort_order.value = order;
            sent.rows.push_back(std::move(row));
        }
        return coverage.replace_rows(member(), std::move(sent));
    }

    task<std::vector<coverage::plan_limit>> put_limits(std::string const& item_id,
                                                       std::string const& key) {
        coverage::new_limits sent{item_id, {}};
        for (int i = 0; i < 2; ++i) {
            coverage::limit_input limit;
            limit.limit_key = key + std::to_string(i);
            sent.limits.push_back(std::move(limit));
        }
        return coverage.replace_limits(member(), std::move(sent));
    }

    task<item_links::linked_parent> link(std::string const& child, std::string const& parent) {
        item_links::new_link sent;
        sent.parent_item_id = parent;
        return links.link(member(), child, std::move(sent));
    }
};

template <class Entry>
std::string keys_of(std::vector<Entry> const& entries, std::string Entry::*key) {
    std::string all;
    for (auto const& entry : entries) all += entry.*key + " ";
    return all;
}

std::string service_keys(std::vector<coverage::coverage_row> const& rows) {
    return keys_of(rows, &coverage::coverage_row::service_key);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(item_parts, parts_fixture)

BOOST_AUTO_TEST_CASE(contacts_added_at_once_get_places_of_their_own) {
    auto const item = make_item();
    test::stall stall(*this, "item_contacts");
    auto one = begin(add_contact(item, "one"));
    stall.wait_for(1, one);
    auto other = begin(add_contact(item, "other"));
    stall.wait_for(2, other);
    stall.release();
    BOOST_TEST(one.get().sort_order == 0);
    BOOST_TEST(other.get().sort_order == 1);
}

BOOST_AUTO_TEST_CASE(the_place_behind_the_last_has_an_end) {
    auto const item = make_item();
    run(add_contact(item, "first"));
    own.execute("update item_contacts set sort_order = 2147483647");
    BOOST_TEST(run(add_contact(item, "second")).sort_order == 2147483647);
}

BOOST_AUTO_TEST_CASE(changes_of_two_parts_of_an_address_are_both_in_its_value) {
    contacts::create_contact sent;
    sent.item_id = make_item();
    sent.contact_type.value = "address";
    sent.address_line1 = "1 Main St";
    sent.address_city = "Town";
    auto const id = run(contacts.create(member(), std::move(sent))).id;
    test::stall stall(*this, "item_contacts");
    own.execute("create trigger wait_too before update on item_contacts for each row execute "
                "function wait_here()");
    contacts::change_contact line;
    line.address_line1 = {true, "2 Main St"};
    contacts::change_contact city;
    city.address_city = {true, "City"};
    auto one = begin(contacts.change(member(), id, line));
    stall.wait_for(1, one);
    auto other = begin(contacts.change(member(), id, city));
    stall.wait_for(2, other);
    stall.release();
    BOOST_TEST(one.get().value == "2 Main St, Town");
    BOOST_TEST(other.get().value == "2 Main St, City");
    BOOST_TEST(own.execute("select value from item_contacts") == "2 Main St, City");
}

BOOST_AUTO_TEST_CASE(of_an_id_that_is_reordered_twice_the_last_place_counts) {
    auto const item = make_item();
    auto const one = run(add_contact(item, "one")).id;
    auto const foreign = run(add_contact(make_item(), "other item")).id;
    contacts::new_order sent{item, {{one, 7}, {foreign, 8}, {"no id", 9}, {one, 5}}};
    BOOST_TEST(run(contacts.reorder(member(), sent)).ok);
    BOOST_TEST(own.execute("select string_agg(sort_order::text, ' ' order by sort_order) from "
                           "item_contacts") == "0 5");
}

BOOST_AUTO_TEST_CASE(of_coverage_that_is_replaced_twice_at_once_one_remains_whole) {
    auto const item = make_item();
    run(put_rows(item, "old", {0, 0, 0}));
    run(put_limits(item, "old"));
    test::stall stall(*this, "coverage_rows");
    own.execute("create trigger wait_too before insert on coverage_plan_limits for each row "
                "execute function wait_here()");
    auto one = begin(put_rows(item, "a", {0, 0}));
    stall.wait_for(1, one);
    auto other = begin(put_rows(item, "b", {0, 0}));
    auto limits = begin(put_limits(item, "c"));
    stall.wait_for(3, other);
    stall.release();
    BOOST_TEST(service_keys(one.get()) == "a0 a1 ");
    BOOST_TEST(service_keys(other.get()) == "b0 b1 ");
    BOOST_TEST(keys_of(limits.get(), &coverage::plan_limit::limit_key) == "c0 c1 ");
    BOOST_TEST(service_keys(run(coverage.rows(member(), {item}))) == "b0 b1 ");
    BOOST_TEST(own.execute("select count(*) from coverage_plan_limits") == "2");
}

BOOST_AUTO_TEST_CASE(coverage_of_equal_sort_orders_stays_as_it_was_sent) {
    auto const item = make_item();
    BOOST_TEST(service_keys(run(put_rows(item, "k", {5, 0, 5, -1, 0}))) == "k3 k1 k4 k0 k2 ");
    BOOST_TEST(service_keys(run(coverage.rows(member(), {item}))) == "k3 k1 k4 k0 k2 ");
    own.execute("update coverage_rows set sort_order = null where service_key = 'k0'");
    BOOST_TEST(service_keys(run(coverage.rows(member(), {item}))) == "k3 k0 k1 k4 k2 ");
}

BOOST_AUTO_TEST_CASE(a_saved_contact_is_linked_once_and_not_to_nothing) {
    auto const item = make_item();
    auto const contact = make_saved_contact();
    test::stall stall(*this, "item_saved_contacts");
    auto one = begin(saved.link(member(), item, {contact}));
    stall.wait_for(1, one);
    auto other = begin(saved.link(member(), item, {contact}));
    stall.wait_for(2, other);
    auto removing = begin(saved.remove(member(), contact));
    stall.wait_for(3, removing);
    stall.release();
    std::string const outcomes = outcome(one) + ", " + outcome(other);
    std::string const taken = "409 Contact already linked to this item";
    BOOST_TEST((outcomes == "ok, " + taken || outcomes == taken + ", ok"), outcomes);
    BOOST_TEST(outcome(removing) == "ok");
    BOOST_TEST(own.execute("select count(*) from item_saved_contacts") == "0");
    BOOST_TEST(refusal(saved.link(member(), item, {contact})) == "404 Saved contact not found");
}

BOOST_AUTO_TEST_CASE(an_item_gets_one_business_when_it_is_linked_to_two_at_once) {
    auto const item = make_item();
    auto const first = make_item("llc");
    auto const second = make_item("llc");
    test::stall stall(*this, "item_links");
    auto one = begin(link(item, first));
    stall.wait_for(1, one);
    auto other = begin(link(item, second));
    stall.wait_for(2, other);
    stall.release();
    std::string const outcomes = outcome(one) + ", " + outcome(other);
    std::string const taken = "409 This item is already linked to a business";
    BOOST_TEST((outcomes == "ok, " + taken || outcomes == taken + ", ok"), outcomes);
    BOOST_TEST(own.execute("select count(*) from item_links") == "1");
}

BOOST_AUTO_TEST_CASE(the_values_of_a_linked_item_are_decrypted_if_the_server_has_encrypted_them) {
    auto const business = make_item("llc");
    auto const item = make_item();
    run(link(item, business));
    BOOST_TEST(own.execute("select count(*) from item_field_values where field_value = '1200' and "
                           "item_id = '" +
                           item + "'") == "0");
    auto const shown = run(links.children(member(), business, {}));
    BOOST_REQUIRE(shown.size() == 1);
    BOOST_TEST(shown[0].premium.value() == "1200");
    BOOST_TEST(shown[0].expiration_date.value() == "2027");

    own.execute("update items set encryption_version = 2; update item_field_values set "
                "field_value = 'their ciphertext'");
    auto const sealed = run(links.children(member(), business, {}));
    BOOST_TEST(sealed.at(0).premium.value() == "their ciphertext");
}

BOOST_AUTO_TEST_CASE(an_archived_item_keeps_what_it_has_and_gets_nothing_new) {
    auto const business = make_item("llc");
    auto const item = make_item();
    auto const contact = run(add_contact(item, "Desk")).id;
    auto const cara = make_saved_contact();
    run(saved.link(member(), item, {cara}));
    auto const other = make_saved_contact();
    run(items.archive(member(), item));

    contacts::list_query asked;
    asked.item_id = item;
    BOOST_TEST(run(contacts.list(member(), asked)).size() == 1);
    BOOST_TEST(run(saved.linked(member(), item)).size() == 1);
    BOOST_TEST(refusal(add_contact(item, "x")) == no_item);
    BOOST_TEST(refusal(contacts.reorder(member(), {item, {}})) == no_item);
    BOOST_TEST(refusal(contacts.change(member(), contact, {})) == "404 Contact not found");
    BOOST_TEST(refusal(contacts.remove(member(), contact)) == "404 Contact not found");
    BOOST_TEST(refusal(saved.link(member(), item, {other})) == no_item);
    BOOST_TEST(refusal(put_rows(item, "k", {})) == no_item);
    BOOST_TEST(refusal(link(item, business)) == no_item);
}

BOOST_AUTO_TEST_SUITE_END()
