// The audit log: what gets into it, who may read it, its pages and its export.
#include <boost/test/unit_test.hpp>

#include "domain/audit/service.hpp"
#include "test/support/integration/accounts.hpp"

#include <boost/json/parse.hpp>

#include <set>

namespace {

using namespace kinvault;
using domain::audit::exported_entry;
using domain::audit::page_query;
using domain::audit::shown_entry;
using domain::auth::token_response;

struct audit_fixture : test::accounts_fixture {
    domain::audit::service audit{db};
    token_response const ada = make_user("ada", true);
    std::string const org = *ada.user.active_org_id;

    domain::caller admin(token_response const& user) const {
        auto who = caller_of(user);
        who.needed = domain::role::admin;
        who.org_id = org;
        return who;
    }
    std::vector<shown_entry> page(page_query query = {}) {
        return run(audit.page(admin(ada), std::move(query)));
    }
    void forget() { own.execute("delete from audit_log"); }
    void fill(int count, std::string const& when = "now()") {
        own.execute("insert into audit_log (id, org_id, action, created_at) select "
                    "gen_random_uuid()::text, '" +
                    org + "', 'filler', " + when + " from generate_series(1, " +
                    std::to_string(count) + ") n");
    }
    std::vector<boost::json::object> exported(domain::audit::export_options what) {
        std::string all;
        auto write = [&](std::string_view lines) { all.append(lines); };
        auto const count = run(domain::audit::export_entries(db, std::move(what), write));
        std::vector<boost::json::object> entries;
        for (std::size_t at = 0; at < all.size();) {
            auto const end = all.find('\n', at);
            entries.push_back(boost::json::parse(all.substr(at, end - at)).as_object());
            at = end + 1;
        }
        BOOST_TEST(entries.size() == static_cast<std::size_t>(count));
        return entries;
    }
};

using strings = std::vector<std::string>;

page_query before(std::string const& where, std::int64_t limit) {
    page_query query;
    query.before.emplace();
    static_cast<std::string&>(*query.before) = where;
    query.limit.value = limit;
    return query;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(audit_log, audit_fixture)

BOOST_AUTO_TEST_CASE(every_change_of_access_is_in_it) {
    auto const bea = make_user("bea", true);
    forget();
    add_member(ada, bea, "member");
    run(orgs.change_role(caller_of(ada), org, bea.user.id, {"viewer"}));
    run(grant(ada, org, bea.user.id, "for bea"));
    auto const token = invite(ada, "ivan@example.com");
    auto const ivan = run(accept(token));
    run(orgs.remove_member(caller_of(ada), org, bea.user.id));
    run(orgs.remove_member(caller_of(ivan), org, ivan.user.id));
    BOOST_TEST(refusal(login("ada", "wrong")) == "401 Invalid email or password");
    auto const second = run(login("ada", password));
    run(auth.end_other_sessions(caller_of(second)));
    run(auth.logout(caller_of(second)));
    auto const reset_link = reset_token("ada");
    auto const third = run(login("ada", password));
    run(reset(reset_link, "another horse"));
    auto const again = run(login("ada", "another horse"));
    auto all = run(audit.page(admin(again), {}));
    strings names;
    for (auto const& entry : all) names.insert(names.begin(), entry.action);
    strings const expected{"member_added", "role_changed", "key_ceremony", "invite_accepted",
                           // Of one moment, by their ids.
                           "member_removed", "key_removed", "member_removed", "login_failed",
                           "login", "session_ended", "logout", "password_reset_requested", "login",
                           "password_reset", "login"};
    BOOST_TEST(std::multiset<std::string>(names.begin(), names.end()) ==
                   std::multiset<std::string>(expected.begin(), expected.end()),
               boost::test_tools::per_element());
    BOOST_TEST(names.front() == "member_added");
    BOOST_TEST(names.back() == "login");
    for (auto const& entry : all) BOOST_TEST(entry.address.value() == "192.0.2.1");
    BOOST_TEST(all.front().user_email.value() == "ada@example.com");
}

BOOST_AUTO_TEST_CASE(keys_that_a_new_key_pair_makes_useless_are_noted) {
    auto const token = reset_token("ada");
    domain::auth::reset_form sent;
    sent.token = {token};
    sent.password = {std::string("another horse")};
    sent.public_key = schema::secret<std::string>(std::string("a new public key"));
    run(auth.reset_password(std::move(sent), {}));
    BOOST_TEST(own.execute("select org_id || detail from audit_log where action = 'key_removed'") ==
               org + ada.user.id);
}

BOOST_AUTO_TEST_CASE(admins_read_the_entries_of_their_organisation) {
    auto const bea = make_user("bea");
    auto const cleo = make_user("cleo");
    add_member(ada, bea, "member");
    add_member(ada, cleo, "admin");
    BOOST_TEST(refusal(audit.page(admin(bea), {})) == "403 Insufficient permissions");
    auto const stranger = make_user("dan");
    BOOST_TEST(refusal(audit.page(admin(stranger), {})) == "403 Not a member of this organization");
    auto const seen = run(audit.page(admin(cleo), {}));
    BOOST_TEST(seen.size() == 3);
    for (auto const& entry : seen) BOOST_TEST(entry.user_id.value() == ada.user.id);

    page_query query;
    query.action = "member_added";
    BOOST_TEST(page(query).size() == 2);
    query.user_id = bea.user.id;
    BOOST_TEST(page(query).empty());
    query.user_id = "no id";
    BOOST_TEST(page(query).empty());
}

BOOST_AUTO_TEST_CASE(pages_follow_each_other_exactly_also_within_one_moment) {
    fill(25);
    std::set<std::string> seen;
    auto part = page(before("9999-12-31", 10));
    while (!part.empty()) {
        for (auto const& entry : part) BOOST_TEST(seen.insert(entry.id).second);
        part = page(before(part.back().id, 10));
    }
    BOOST_TEST(seen.size() == 26);
    // By the time, which all but one share.
    auto const filler = page(before("9999-12-31", 1));
    auto const older = page(before(filler.at(0).created_at, 10));
    BOOST_REQUIRE(older.size() == 1);
    BOOST_TEST(older[0].action == "register");
    // Entries of others are no place in this log.
    auto const bea = make_user("bea");
    auto const foreign =
        own.execute("select id from audit_log where user_id = '" + bea.user.id + "'");
    BOOST_TEST(page(before(foreign, 10)).empty());
}

BOOST_AUTO_TEST_CASE(the_export_has_every_entry_once_in_order) {
    auto const bea = make_user("bea");
    forget();
    fill(2300);
    fill(2300, "now() - interval '1 day' + n * interval '1 microsecond'");
    own.execute("insert into audit_log (id, org_id, user_id, action, detail) values "
                "(gen_random_uuid()::text, '" +
                *bea.user.active_org_id + "', '" + bea.user.id + "', 'other', E'a \"line\"\n')");
    auto const all = exported({});
    BOOST_TEST(all.size() == 4601);
    std::set<std::string> ids;
    std::string last;
    for (auto const& entry : all) {
        ids.insert(std::string(entry.at("id").as_string()));
        std::string const moment(entry.at("created_at").as_string());
        BOOST_TEST(last <= moment);
        last = moment;
    }
    BOOST_TEST(ids.size() == 4601);
    auto const ours = exported({org, std::nullopt});
    BOOST_TEST(ours.size() == 4600);
    auto const theirs = exported({*bea.user.active_org_id, std::nullopt});
    BOOST_REQUIRE(theirs.size() == 1);
    BOOST_TEST(theirs[0].at("detail").as_string() == "a \"line\"\n");
    BOOST_TEST(theirs[0].at("user_email").as_string() == "bea@example.com");
    BOOST_TEST(theirs[0].at("address").is_null());
    // From a moment on, itself included.
    std::string const since(ours.at(2299).at("created_at").as_string());
    BOOST_TEST(exported({org, since}).size() == 2301);
}

BOOST_AUTO_TEST_SUITE_END()
