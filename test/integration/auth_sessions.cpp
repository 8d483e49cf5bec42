// The list of sessions, ending them, when they were used, and what the clean-up takes away.
#include <boost/test/unit_test.hpp>

#include "domain/cleanup/service.hpp"
#include "test/support/integration/accounts.hpp"

#include <map>

namespace {

using namespace kinvault;
using domain::auth::token_response;

struct sessions_fixture : test::accounts_fixture {
    token_response const ada = make_user("ada");

    token_response login_from(std::string address, std::string agent) {
        domain::auth::login_form sent;
        sent.email = "ada@example.com";
        sent.password = {std::string(password)};
        return run(auth.login(std::move(sent), {std::move(address), std::move(agent)}));
    }
    std::string id_of(token_response const& user) const {
        return own.execute("select id from sessions where token = '" +
                           crypto::sha256_hex(user.token) + "'");
    }
    std::string count(std::string const& from) const {
        return own.execute("select count(*) from " + from);
    }
};

constexpr char not_found[] = "404 Session not found";

} // namespace

BOOST_FIXTURE_TEST_SUITE(auth_sessions, sessions_fixture)

BOOST_AUTO_TEST_CASE(a_user_sees_where_they_are_signed_in) {
    auto const phone = login_from("2001:db8::7", "Mozilla/5.0 (iPhone) Version/18.0 Safari/604.1");
    auto const bea = make_user("bea");
    own.execute("update sessions set last_used_at = now() - interval '1 day', "
                "created_at = now() - interval '2 days'");
    auto const all = run(auth.sessions(caller_of(phone)));
    BOOST_REQUIRE(all.size() == 2);
    // The one that asks is in use now.
    BOOST_TEST(all[0].id == id_of(phone));
    BOOST_TEST(all[0].current);
    BOOST_TEST(all[0].device == "Safari on iPhone");
    BOOST_TEST(all[0].address.value() == "2001:db8::7");
    BOOST_TEST(all[0].last_used_at > all[1].last_used_at);
    BOOST_TEST(all[1].id == id_of(ada));
    BOOST_TEST(!all[1].current);
    BOOST_TEST(all[1].last_used_at > all[1].created_at);

    own.execute("update sessions set expires_at = now() where id = '" + id_of(ada) + "'");
    BOOST_TEST(run(auth.sessions(caller_of(phone))).size() == 1);
    BOOST_TEST(refusal(auth.sessions(caller_of(ada))) == "401 Invalid or expired session token");
}

BOOST_AUTO_TEST_CASE(sessions_are_ended_one_by_one_and_only_ones_own) {
    auto const phone = login_from("192.0.2.2", "phone");
    auto const bea = make_user("bea");
    auto const id = id_of(phone);
    BOOST_TEST(refusal(auth.end_session(caller_of(bea), id)) == not_found);
    BOOST_TEST(refusal(auth.end_session(caller_of(ada), "")) == not_found);
    BOOST_TEST(refusal(auth.end_session(caller_of(ada), id)) == "ok");
    BOOST_TEST(refusal(auth.end_session(caller_of(ada), id)) == not_found);
    BOOST_TEST(refusal(auth.me(caller_of(phone))) == "401 Invalid or expired session token");
    BOOST_TEST(refusal(auth.me(caller_of(ada))) == "ok");
    BOOST_TEST(own.execute("select user_id || detail || ip_address || org_id from audit_log where "
                           "action = 'session_ended'") ==
               ada.user.id + id + "192.0.2.1" + *ada.user.active_org_id);
    // One's own last, which is signing out.
    BOOST_TEST(refusal(auth.end_session(caller_of(ada), id_of(ada))) == "ok");
    BOOST_TEST(count("sessions") == "1");
}

BOOST_AUTO_TEST_CASE(all_others_are_ended_also_by_two_at_once) {
    auto const bea = make_user("bea");
    std::vector<token_response> more;
    for (int i = 0; i < 20; ++i) more.push_back(login_from("192.0.2.2", "phone"));
    run(auth.end_other_sessions(caller_of(ada)));
    BOOST_TEST(count("sessions where user_id = '" + ada.user.id + "'") == "1");
    BOOST_TEST(count("sessions") == "2");
    BOOST_TEST(count("audit_log where action = 'session_ended'") == "20");
    run(auth.end_other_sessions(caller_of(ada)));
    BOOST_TEST(count("audit_log where action = 'session_ended'") == "20");

    for (int round = 0; round < 10; ++round) {
        std::vector<token_response> now;
        for (int i = 0; i < 6; ++i) now.push_back(login_from("192.0.2.2", "phone"));
        std::vector<test::background<void>> running;
        for (auto const& one : now)
            running.push_back(begin(auth.end_other_sessions(caller_of(one))));
        for (auto& one : running) {
            auto const what = test::outcome(one);
            BOOST_TEST((what == "ok" || what.starts_with("401 ")), what);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_new_password_ends_the_sessions_elsewhere) {
    auto const phone = login_from("192.0.2.2", "phone");
    domain::auth::change_form sent;
    sent.current_password = {std::string(password)};
    sent.new_password = {std::string("another horse")};
    run(auth.change_password(caller_of(phone), std::move(sent)));
    auto const left = run(auth.sessions(caller_of(phone)));
    BOOST_REQUIRE(left.size() == 1);
    BOOST_TEST(left[0].current);
    BOOST_TEST(own.execute("select org_id from audit_log where action = 'password_change'") ==
               *ada.user.active_org_id);
}

BOOST_AUTO_TEST_CASE(uses_are_written_together_and_never_go_back) {
    auto const phone = login_from("192.0.2.2", "phone");
    auto const tablet = login_from("192.0.2.3", "tablet");
    own.execute("update sessions set last_used_at = now() - interval '1 day'");
    auth.note_use(crypto::sha256_hex(ada.token));
    auth.note_use(crypto::sha256_hex(phone.token));
    auth.note_use(crypto::sha256_hex("a session that has ended"));
    own.execute("update sessions set last_used_at = now() + interval '1 minute' where id = '" +
                id_of(phone) + "'");
    BOOST_TEST(count("sessions where last_used_at < now() - interval '1 hour'") == "2");
    run(auth.record_uses());
    BOOST_TEST(own.execute("select id from sessions where last_used_at < now() - interval '1 "
                           "hour'") == id_of(tablet));
    BOOST_TEST(own.execute("select id from sessions where last_used_at > now()") == id_of(phone));
    BOOST_TEST(own.execute("select last_used_at <= now() from sessions where id = '" + id_of(ada) +
                           "'") == "t");

    // What was written is not written again.
    own.execute("update sessions set last_used_at = now() - interval '1 day'");
    run(auth.record_uses());
    BOOST_TEST(count("sessions where last_used_at > now() - interval '1 hour'") == "0");
}

BOOST_AUTO_TEST_CASE(uses_wait_for_nobody) {
    own.execute("update sessions set last_used_at = now() - interval '1 day'");
    auth.note_use(crypto::sha256_hex(ada.token));
    auto body = [&](pg::transaction& transaction) -> task<void> {
        static pg::statement const hold{"test.hold", "select from sessions for update", 0};
        co_await transaction.run(hold);
        co_await auth.record_uses();
    };
    run(db.transact(body));
    BOOST_TEST(count("sessions where last_used_at < now() - interval '1 hour'") == "1");
}

BOOST_AUTO_TEST_CASE(what_nobody_can_use_is_cleaned_up) {
    auto const phone = login_from("192.0.2.2", "phone");
    own.execute("update sessions set expires_at = now() - interval '1 second' where id = '" +
                id_of(ada) + "'");
    auto const used = invite(ada, "used@example.com");
    auto const expired = invite(ada, "expired@example.com");
    auto const open = invite(ada, "open@example.com");
    auto const reset = reset_token("ada");
    run(accept(used));
    own.execute("update invitation_tokens set expires_at = now() where token = '" + expired + "'");
    own.execute("insert into audit_log (id, action, created_at) select gen_random_uuid()::text, "
                "'old', now() - interval '31 days' from generate_series(1, 2500)");
    own.execute("insert into audit_log (id, action, created_at) values (gen_random_uuid()::text, "
                "'recent', now() - interval '29 days')");

    auto const kept = run(domain::cleanup::clean_up(db, 0));
    BOOST_TEST(kept.sessions == 1);
    BOOST_TEST(kept.tokens == 2);
    BOOST_TEST(kept.audit_entries == 0);
    BOOST_TEST(refusal(auth.me(caller_of(phone))) == "ok");
    BOOST_TEST(run(auth.validate_invite(open)).valid);
    BOOST_TEST(run(auth.validate_reset(reset)).valid);
    BOOST_TEST(refusal(accept(used)) == "400 Invalid or expired invitation link");

    auto first = begin(domain::cleanup::clean_up(db, 30));
    auto second = begin(domain::cleanup::clean_up(db, 30));
    BOOST_TEST(first.get().audit_entries + second.get().audit_entries == 2500);
    BOOST_TEST(count("audit_log where action = 'recent'") == "1");
    BOOST_TEST(count("audit_log where action = 'login'") == "1");
}

BOOST_AUTO_TEST_SUITE_END()
