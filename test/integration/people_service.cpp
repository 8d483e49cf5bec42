// People whose login access comes and goes: what becomes of invitations, memberships and keys, also
// when two change them at once.
#include <boost/test/unit_test.hpp>

#include "domain/people/service.hpp"
#include "domain/vehicles/service.hpp"
#include "test/support/integration/accounts.hpp"

#include <stdexcept>

namespace {

using namespace kinvault;
using domain::auth::token_response;
using domain::people::change_person;
using domain::people::person;

constexpr char insufficient[] = "403 Insufficient permissions";
constexpr char url[] = "https://vault";

/// Keeps the letters it is given, or fails.
class letters final : public domain::people::mailer {
  public:
    task<void> invitation(pg::session&, std::string email, std::string full_name,
                          std::string org_name, std::string inviter, std::string link) override {
        if (broken) throw std::runtime_error("no mail today");
        sent.push_back(email + "|" + full_name + "|" + org_name + "|" + inviter);
        last_link = std::move(link);
        co_return;
    }

    bool broken = false;
    std::vector<std::string> sent;
    std::string last_link;
};

struct people_fixture : test::accounts_fixture {
    letters mailed;
    domain::people::service people{db, url, &mailed};

    static domain::caller member(token_response const& user) {
        auto who = caller_of(user);
        who.needed = domain::role::member;
        return who;
    }

    person add(token_response const& by, std::optional<std::string> email, bool can_login) {
        domain::people::create_person sent;
        sent.first_name = std::string("Ivan");
        sent.last_name = std::string("Invited");
        if (email) sent.email = schema::text<255>(*email);
        sent.can_login.value = can_login;
        return run(people.create(member(by), std::move(sent)));
    }

    task<person> allow(token_response const& by, std::string const& id, bool can_login) {
        change_person sent;
        sent.can_login = can_login;
        return people.change(member(by), id, std::move(sent));
    }

    task<person> move(token_response const& by, std::string const& id, std::string const& email) {
        change_person sent;
        sent.email = {true, schema::text<255>(email)};
        return people.change(member(by), id, std::move(sent));
    }

    std::string token_of(token_response const& by, std::string const& id) {
        auto const link = run(people.link_of_invite(member(by), id)).invite_url;
        return link.substr(link.find('=') + 1);
    }

    /// An account with a key of the organisation, linked to the person with this id.
    token_response make_colleague(token_response const& host, person const& of) {
        auto const joined = run(accept(token_of(host, of.id)));
        own.execute("insert into org_member_keys (id, org_id, user_id, encrypted_org_key) values "
                    "(gen_random_uuid()::text, '" +
                    of.org_id + "', '" + joined.user.id + "', 'wrapped')");
        return joined;
    }

    /// Role and number of keys of a user in an organisation: `member 1`, ` 0` without membership.
    std::string standing(std::string const& org, std::string const& user) {
        auto const where = " where org_id = '" + org + "' and user_id = '" + user + "'";
        return own.execute("select role from org_memberships" + where) + " " +
               own.execute("select count(*) from org_member_keys" + where);
    }

    /// The addresses of a person's invitations that can be accepted.
    std::string open_invitations(std::string const& id) {
        return own.execute("select string_agg(email, ',') from invitation_tokens where person_id = "
                           "'" +
                           id + "' and used_at is null");
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(people_service, people_fixture)

BOOST_AUTO_TEST_CASE(access_taken_away_ends_membership_and_key_and_comes_back_without) {
    auto const host = make_user("ada", true);
    auto const guest = add(host, "ivan@example.com", true);
    auto const colleague = make_colleague(host, guest);
    BOOST_TEST(standing(guest.org_id, colleague.user.id) == "member 1");

    auto const barred = run(allow(host, guest.id, false));
    BOOST_TEST(barred.status == "inactive");
    BOOST_TEST(barred.user_id.value_or("") == colleague.user.id);
    BOOST_TEST(standing(guest.org_id, colleague.user.id) == " 0");
    BOOST_TEST(refusal(auth.my_org_key(caller_of(colleague), guest.org_id)) ==
               "404 No org key found");
    BOOST_TEST(own.execute("select detail from audit_log where action = 'member_removed'") ==
               colleague.user.id);
    // What is answered is what is stored.
    auto const stored = run(people.get(member(host), guest.id));
    BOOST_TEST(static_cast<std::string const&>(stored.updated_at) ==
               static_cast<std::string const&>(barred.updated_at));

    BOOST_TEST(run(allow(host, guest.id, true)).status == "active");
    BOOST_TEST(standing(guest.org_id, colleague.user.id) == "member 0");
    BOOST_TEST(own.execute("select detail from audit_log where action = 'member_added'") ==
               colleague.user.id + " as member");
    BOOST_TEST(mailed.sent.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_deleted_person_loses_access_and_all_that_goes_with_it) {
    auto const host = make_user("ada", true);
    auto const guest = add(host, "ivan@example.com", true);
    auto const colleague = make_colleague(host, guest);
    run(people.remove(member(host), guest.id));
    BOOST_TEST(standing(guest.org_id, colleague.user.id) == " 0");
    BOOST_TEST(own.execute("select count(*) from people where id = '" + guest.id + "'") == "0");
    BOOST_TEST(refusal(people.remove(member(host), guest.id)) == "404 Person not found");
}

BOOST_AUTO_TEST_CASE(the_owner_stays) {
    auto const host = make_user("ada", true);
    auto const id = own.execute("select id from people where user_id = '" + host.user.id + "'");
    auto const org = *host.user.active_org_id;
    BOOST_TEST(refusal(allow(host, id, false)) == "400 Cannot remove the owner");
    BOOST_TEST(refusal(people.remove(member(host), id)) == "400 Cannot remove the owner");
    BOOST_TEST(standing(org, host.user.id) == "owner 1");
    BOOST_TEST(run(people.get(member(host), id)).status == "active");
}

BOOST_AUTO_TEST_CASE(nobody_is_put_out_by_those_who_may_not_remove_members) {
    auto const host = make_user("ada", true);
    auto const first = add(host, "ivan@example.com", true);
    auto const second = add(host, "bea@example.com", true);
    auto const ivan = make_colleague(host, first);
    auto const bea = make_colleague(host, second);
    auto const org = first.org_id;

    BOOST_TEST(refusal(allow(ivan, second.id, false)) == insufficient);
    BOOST_TEST(refusal(people.remove(member(ivan), second.id)) == insufficient);
    domain::orgs::role_form const admin{"admin"};
    run(orgs.change_role(caller_of(host), org, ivan.user.id, admin));
    run(orgs.change_role(caller_of(host), org, bea.user.id, admin));
    BOOST_TEST(refusal(allow(ivan, second.id, false)) == insufficient);
    BOOST_TEST(standing(org, bea.user.id) == "admin 1");
    BOOST_TEST(run(people.get(member(host), second.id)).status == "active");
    // Leaving is for everybody.
    BOOST_TEST(run(allow(bea, second.id, false)).status == "inactive");
    BOOST_TEST(standing(org, bea.user.id) == " 0");
    run(people.remove(member(ivan), second.id));
}

BOOST_AUTO_TEST_CASE(an_invitation_is_for_the_address_of_today) {
    auto const host = make_user("ada");
    auto const guest = add(host, "old@example.com", true);
    auto const old = token_of(host, guest.id);
    run(move(host, guest.id, "New@Example.com"));
    BOOST_TEST(open_invitations(guest.id) == "New@Example.com");
    BOOST_TEST(refusal(accept(old)) == "400 Invalid or expired invitation link");
    run(move(host, guest.id, "New@Example.com"));
    std::vector<std::string> const expected{
        "old@example.com|Ivan Invited|ada Example's Vault|ada Example",
        "new@example.com|Ivan Invited|ada Example's Vault|ada Example"};
    BOOST_TEST(mailed.sent == expected, boost::test_tools::per_element());
    BOOST_TEST(mailed.last_link == url + ("/accept-invite?token=" + token_of(host, guest.id)));

    run(allow(host, guest.id, false));
    BOOST_TEST(open_invitations(guest.id) == "");
    BOOST_TEST(refusal(people.link_of_invite(member(host), guest.id)) ==
               "404 No active invitation found");
}

BOOST_AUTO_TEST_CASE(who_may_log_in_has_an_email) {
    auto const host = make_user("ada");
    auto const guest = add(host, std::nullopt, false);
    constexpr char wanted[] = "400 Email is required to grant login access";
    BOOST_TEST(refusal(allow(host, guest.id, true)) == wanted);
    run(move(host, guest.id, "no address"));
    BOOST_TEST(refusal(allow(host, guest.id, true)) == "422");
    run(move(host, guest.id, "ivan@example.com"));
    run(allow(host, guest.id, true));
    BOOST_TEST(refusal(move(host, guest.id, "")) == wanted);
    BOOST_TEST(refusal(move(host, guest.id, "  ")) == "422");
    change_person cleared;
    cleared.email.present = true;
    BOOST_TEST(refusal(people.change(member(host), guest.id, cleared)) == wanted);
    BOOST_TEST(open_invitations(guest.id) == "ivan@example.com");
}

BOOST_AUTO_TEST_CASE(without_its_mail_nothing_is_invited) {
    auto const host = make_user("ada");
    mailed.broken = true;
    BOOST_CHECK_THROW(add(host, "ivan@example.com", true), std::runtime_error);
    BOOST_TEST(own.execute("select count(*) from people where email = 'ivan@example.com'") == "0");
    BOOST_TEST(own.execute("select count(*) from invitation_tokens") == "0");
}

BOOST_AUTO_TEST_CASE(of_two_changes_at_once_both_are_kept) {
    auto const host = make_user("ada");
    auto const guest = add(host, "old@example.com", true);
    test::stall stall(*this, "invitation_tokens");
    auto moving = begin(move(host, guest.id, "new@example.com"));
    stall.wait_for(1, moving);
    change_person phone;
    phone.phone = {true, "+1 555"};
    auto calling = begin(people.change(member(host), guest.id, phone));
    stall.wait_for(2, calling);
    auto again = begin(move(host, guest.id, "newest@example.com"));
    stall.wait_for(3, again);
    stall.release();
    BOOST_TEST(test::outcome(moving) == "ok");
    BOOST_TEST(test::outcome(calling) == "ok");
    BOOST_TEST(test::outcome(again) == "ok");
    auto const now = run(people.get(member(host), guest.id));
    BOOST_TEST(now.phone.value_or("") == "+1 555");
    BOOST_TEST(open_invitations(guest.id) == now.email.value_or(""));
}

BOOST_AUTO_TEST_CASE(who_joins_while_access_is_taken_away_is_out_again) {
    auto const host = make_user("ada");
    auto const guest = add(host, "ivan@example.com", true);
    auto const token = token_of(host, guest.id);
    test::stall stall(*this, "org_memberships");
    auto joining = begin(accept(token));
    stall.wait_for(1, joining);
    auto barring = begin(allow(host, guest.id, false));
    stall.wait_for(2, barring);
    stall.release();
    BOOST_TEST(test::outcome(joining) == "ok");
    BOOST_TEST(test::outcome(barring) == "ok");
    auto const account = own.execute("select id from users where email = 'ivan@example.com'");
    BOOST_TEST(!account.empty());
    BOOST_TEST(standing(guest.org_id, account) == " 0");
    BOOST_TEST(run(people.get(member(host), guest.id)).status == "inactive");
}

BOOST_AUTO_TEST_CASE(of_two_links_without_a_role_at_once_one_is_made) {
    auto const host = make_user("ada");
    auto const guest = add(host, std::nullopt, false);
    auto const item = own.execute(
        "insert into items (id, org_id, created_by, category, subcategory, name) values "
        "(gen_random_uuid()::text, '" +
        guest.org_id + "', '" + host.user.id + "', 'ids', 'passport', 'Passport') returning id");
    domain::people::link_form sent;
    sent.person_id = guest.id;
    test::stall stall(*this, "item_people");
    auto first = begin(people.link(member(host), item, sent));
    stall.wait_for(1, first);
    auto second = begin(people.link(member(host), item, sent));
    stall.wait_for(2, second);
    stall.release();
    BOOST_TEST(test::outcome(first) == "ok");
    BOOST_TEST(test::outcome(second) == "409 Person already linked with this role");
}

BOOST_AUTO_TEST_CASE(a_person_who_goes_is_no_owner_of_a_vehicle_that_comes) {
    auto const host = make_user("ada");
    auto const guest = add(host, std::nullopt, false);
    domain::vehicles::service vehicles(db);
    domain::vehicles::create_vehicle sent;
    sent.name = std::string("Car");
    sent.owner_id = guest.id;
    test::stall stall(*this, "vehicles");
    auto making = begin(vehicles.create(member(host), sent));
    stall.wait_for(1, making);
    auto going = begin(people.remove(member(host), guest.id));
    stall.wait_for(2, going);
    stall.release();
    BOOST_TEST(test::outcome(making) == "ok");
    BOOST_TEST(test::outcome(going) == "ok");
    BOOST_TEST(own.execute("select count(*) from vehicles where owner_id is null") == "1");
    BOOST_TEST(refusal(vehicles.create(member(host), sent)) == "404 Owner not found");
}

BOOST_AUTO_TEST_SUITE_END()
