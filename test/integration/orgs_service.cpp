// Members, roles and the wrapped keys of organisations, also when two change them at once.
#include <boost/test/unit_test.hpp>

#include "test/support/integration/accounts.hpp"

namespace {

using namespace kinvault;
using domain::auth::token_response;
using domain::orgs::role_form;

constexpr char insufficient[] = "403 Insufficient permissions";

} // namespace

BOOST_FIXTURE_TEST_SUITE(orgs_service, test::accounts_fixture)

BOOST_AUTO_TEST_CASE(a_removed_member_loses_key_and_access) {
    auto const host = make_user("ada", true);
    auto const org = *host.user.active_org_id;
    auto const token = invite(host, "ivan@example.com");
    auto const guest = run(accept(token));
    own.execute("update users set public_key = 'ivan public' where id = '" + guest.user.id + "'");
    run(grant(host, org, guest.user.id, "for ivan"));
    BOOST_TEST(run(auth.my_org_key(caller_of(guest), org)).encrypted_org_key == "for ivan");

    run(orgs.remove_member(caller_of(host), org, guest.user.id));
    BOOST_TEST(refusal(auth.my_org_key(caller_of(guest), org)) == "404 No org key found");
    BOOST_TEST(own.execute("select count(*) from org_member_keys where user_id = '" +
                           guest.user.id + "'") == "0");
    BOOST_TEST(
        own.execute("select can_login from people where user_id = '" + guest.user.id + "'") == "f");
    BOOST_TEST(own.execute("select detail from audit_log where action = 'member_removed'") ==
               guest.user.id);
    add_member(host, guest, "member");
    BOOST_TEST(run(auth.pending_keys(caller_of(host), org)).size() == 1);
}

BOOST_AUTO_TEST_CASE(no_key_is_left_when_it_is_granted_during_the_removal) {
    auto const host = make_user("ada", true);
    auto const guest = make_user("ivan", true);
    auto const org = *host.user.active_org_id;
    add_member(host, guest, "member");
    test::stall stall(*this, "org_member_keys");
    auto granting = begin(grant(host, org, guest.user.id, "for ivan"));
    stall.wait_for(1, granting);
    auto removing = begin(orgs.remove_member(caller_of(host), org, guest.user.id));
    stall.wait_for(2, removing);
    stall.release();
    BOOST_TEST(test::outcome(granting) == "ok");
    BOOST_TEST(test::outcome(removing) == "ok");
    BOOST_TEST(own.execute("select count(*) from org_member_keys where user_id = '" +
                           guest.user.id + "' and org_id = '" + org + "'") == "0");
}

BOOST_AUTO_TEST_CASE(keys_are_granted_by_those_who_hold_one) {
    auto const owner = make_user("ada", true);
    auto const admin = make_user("bea");
    auto const member = make_user("cleo");
    auto const viewer = make_user("dan");
    auto const org = *owner.user.active_org_id;
    add_member(owner, admin, "admin");
    add_member(owner, member, "member");
    add_member(owner, viewer, "viewer");

    BOOST_TEST(refusal(grant(member, org, member.user.id, "x")) == insufficient);
    BOOST_TEST(refusal(grant(admin, org, member.user.id, "x")) == insufficient);
    BOOST_TEST(refusal(grant(owner, org, member.user.id, "1")) == "ok");
    BOOST_TEST(refusal(grant(member, org, viewer.user.id, "2")) == "ok");
    // Another's key is replaced by admins and the owner only; one's own by oneself.
    BOOST_TEST(refusal(grant(member, org, owner.user.id, "x")) == insufficient);
    BOOST_TEST(refusal(grant(member, org, viewer.user.id, "x")) == insufficient);
    BOOST_TEST(refusal(grant(viewer, org, viewer.user.id, "x")) == insufficient);
    BOOST_TEST(refusal(grant(member, org, member.user.id, "3")) == "ok");
    BOOST_TEST(refusal(grant(owner, org, admin.user.id, "4")) == "ok");
    BOOST_TEST(refusal(grant(admin, org, viewer.user.id, "5")) == "ok");
    BOOST_TEST(own.execute("select string_agg(encrypted_org_key, ',' order by encrypted_org_key) "
                           "from org_member_keys") == "3,4,5,ada wrapped");
}

BOOST_AUTO_TEST_CASE(the_first_key_comes_from_the_owner) {
    auto const owner = make_user("ada");
    auto const member = make_user("cleo");
    auto const org = *owner.user.active_org_id;
    add_member(owner, member, "member");
    BOOST_TEST(refusal(grant(member, org, member.user.id, "x")) == insufficient);
    BOOST_TEST(refusal(grant(owner, org, member.user.id, "x")) == insufficient);
    BOOST_TEST(refusal(grant(owner, org, owner.user.id, "1")) == "ok");
    BOOST_TEST(refusal(grant(owner, org, member.user.id, "2")) == "ok");
}

BOOST_AUTO_TEST_CASE(admins_are_changed_by_the_owner_only) {
    auto const owner = make_user("ada");
    auto const first = make_user("bea");
    auto const second = make_user("cleo");
    auto const org = *owner.user.active_org_id;
    add_member(owner, first, "admin");
    add_member(owner, second, "admin");
    auto const change = [&](token_response const& by, token_response const& whom) {
        return refusal(orgs.change_role(caller_of(by), org, whom.user.id, role_form{"member"}));
    };
    auto const remove = [&](token_response const& by, token_response const& whom) {
        return refusal(orgs.remove_member(caller_of(by), org, whom.user.id));
    };
    BOOST_TEST(change(first, second) == insufficient);
    BOOST_TEST(remove(first, second) == insufficient);
    BOOST_TEST(change(owner, second) == "ok");
    BOOST_TEST(remove(first, second) == "ok");
    // Leaving is for everybody but the owner.
    BOOST_TEST(remove(first, first) == "ok");
    BOOST_TEST(remove(owner, owner) == "400 Cannot remove the owner");
    BOOST_TEST(own.execute("select detail from audit_log where action = 'role_changed'") ==
               second.user.id + " from admin to member");
}

BOOST_AUTO_TEST_CASE(of_two_invitations_at_once_one_adds_the_member) {
    auto const owner = make_user("ada");
    auto const guest = make_user("ivan");
    auto const org = *owner.user.active_org_id;
    domain::orgs::invite_form sent;
    sent.email = guest.user.email;
    auto first = begin(orgs.invite(caller_of(owner), org, sent));
    auto second = begin(orgs.invite(caller_of(owner), org, sent));
    auto const one = test::outcome(first);
    auto const two = test::outcome(second);
    BOOST_TEST((one == "ok") != (two == "ok"));
    BOOST_TEST((one == "ok" ? two : one) == "409 User already a member");
}

BOOST_AUTO_TEST_CASE(each_organisation_has_a_key_of_its_own) {
    auto const owner = make_user("ada");
    domain::orgs::name_form sent;
    static_cast<std::string&>(sent.name) = "Second";
    auto const made = run(orgs.create(caller_of(owner), sent));
    auto const wrapped =
        own.execute("select encryption_key_enc from organizations where id = '" + made.id + "'");
    BOOST_TEST(keys.unwrap(wrapped).has_value());
    BOOST_TEST(own.execute("select count(distinct encryption_key_enc) from organizations") == "2");
}

BOOST_AUTO_TEST_SUITE_END()
