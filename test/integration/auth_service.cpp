// Accounts, sessions and passwords: what requests from outside hardly reach, above all two at once.
#include <boost/test/unit_test.hpp>

#include "test/support/integration/accounts.hpp"

#include <algorithm>

namespace {

using namespace kinvault;
using domain::auth::token_response;

std::vector<std::string> sorted(std::vector<std::string> list) {
    std::sort(list.begin(), list.end());
    return list;
}

/// The outcomes of tasks that run at once.
template <class T>
std::vector<std::string> outcomes(std::vector<test::background<T>>& running) {
    std::vector<std::string> list;
    for (auto& one : running) list.push_back(test::outcome(one));
    return sorted(std::move(list));
}

constexpr char wrong_login[] = "401 Invalid email or password";
constexpr char bad_reset[] = "400 Invalid or expired reset link";
constexpr char bad_invite[] = "400 Invalid or expired invitation link";

} // namespace

BOOST_FIXTURE_TEST_SUITE(auth_service, test::accounts_fixture)

BOOST_AUTO_TEST_CASE(of_many_registrations_at_once_one_succeeds) {
    std::vector<test::background<token_response>> running;
    for (int i = 0; i < 6; ++i) running.push_back(begin(auth.register_account(form("ada"), {})));
    auto const all = outcomes(running);
    BOOST_TEST(std::count(all.begin(), all.end(), "ok") == 1);
    BOOST_TEST(std::count(all.begin(), all.end(), "409 Email already registered") == 5);
    for (auto const table : {"users", "organizations", "org_memberships", "people", "sessions"}) {
        BOOST_TEST(own.execute(std::string("select count(*) from ") + table) == "1");
    }
}

BOOST_AUTO_TEST_CASE(the_database_holds_no_token) {
    auto const user = make_user("ada");
    auto const token = reset_token("ada");
    BOOST_TEST(own.execute("select token from sessions") == crypto::sha256_hex(user.token));
    BOOST_TEST(own.execute("select token from invitation_tokens") == crypto::sha256_hex(token));
}

BOOST_AUTO_TEST_CASE(names_of_any_length_fit_what_is_derived_from_them) {
    for (std::string const& name : {std::string(255, 'x'), "A " + std::string(253, 'y'),
                                    std::string(120, 'x') + " " + std::string(120, 'y')}) {
        auto sent = form("u" + std::to_string(name.find(' ')));
        static_cast<std::string&>(sent.full_name) = name;
        BOOST_TEST(run(auth.register_account(std::move(sent), {})).user.full_name == name);
    }
    BOOST_TEST(own.execute("select max(length(first_name)) from people") == "100");
}

BOOST_AUTO_TEST_CASE(a_short_password_is_for_clients_that_send_a_hash) {
    auto sent = form("ada");
    sent.password.value = "short 7";
    sent.master_password_hash.emplace().value = "a hash";
    BOOST_TEST(refusal(auth.register_account(sent, {})) == "ok");
    BOOST_TEST(refusal(login("ada", "short 7")) == wrong_login);
    BOOST_TEST(refusal(login("ada", "a hash")) == "ok");
}

BOOST_AUTO_TEST_CASE(logins_are_written_down_without_unknown_emails) {
    make_user("ada");
    BOOST_TEST(refusal(login("ada", "correct horse")) == "ok");
    BOOST_TEST(refusal(login("ada", "wrong")) == wrong_login);
    BOOST_TEST(refusal(login("nobody", "wrong")) == wrong_login);
    BOOST_TEST(own.execute("select count(*) from audit_log where action = 'login' and user_id is "
                           "not null and org_id is not null") == "1");
    BOOST_TEST(own.execute("select string_agg(coalesce(detail, '-') || (user_id is null), ' ' "
                           "order by user_id is null) from audit_log where action = "
                           "'login_failed'") == "-false -true");
}

BOOST_AUTO_TEST_CASE(bcrypt_hashes_are_verified_and_renewed_by_logins_at_once) {
    make_user("ada");
    crypto::password_options old;
    old.scheme = crypto::password_scheme::bcrypt;
    old.bcrypt_cost = 4;
    own.execute("update users set password_hash = '" + crypto::hash_password(password, old) + "'");
    BOOST_TEST(refusal(login("ada", "wrong")) == wrong_login);
    BOOST_TEST(own.execute("select left(password_hash, 4) from users") == "$2b$");
    std::vector<test::background<token_response>> running;
    for (int i = 0; i < 3; ++i) running.push_back(begin(login("ada", password)));
    for (auto const& one : outcomes(running)) BOOST_TEST(one == "ok");
    BOOST_TEST(own.execute("select left(password_hash, 10) from users") == "$argon2id$");
    BOOST_TEST(refusal(login("ada", password)) == "ok");
}

BOOST_AUTO_TEST_CASE(of_two_resets_with_one_link_one_wins) {
    make_user("ada");
    auto const token = reset_token("ada");
    auto first = begin(reset(token, "password one"));
    auto second = begin(reset(token, "password two"));
    auto const one = test::outcome(first);
    auto const two = test::outcome(second);
    BOOST_TEST(sorted({one, two}) == sorted({"ok", bad_reset}), boost::test_tools::per_element());
    BOOST_TEST(refusal(login("ada", "password one")) == (one == "ok" ? "ok" : wrong_login));
    BOOST_TEST(refusal(login("ada", "password two")) == (two == "ok" ? "ok" : wrong_login));
}

BOOST_AUTO_TEST_CASE(a_reset_stores_hash_and_keys_and_ends_all_sessions) {
    auto const user = make_user("ada", true);
    run(login("ada", password));
    domain::auth::reset_form sent;
    sent.token.value = reset_token("ada");
    sent.password.value = "placeholder";
    sent.master_password_hash.emplace().value = "new hash";
    sent.encrypted_private_key.emplace().value = "new private";
    sent.recovery_encrypted_private_key.emplace().value = "new recovery";
    sent.kdf_iterations = 900'000;
    run(auth.reset_password(std::move(sent), {"192.0.2.9", ""}));

    BOOST_TEST(own.execute("select count(*) from sessions") == "0");
    BOOST_TEST(refusal(auth.check(caller_of(user))) == "401 Invalid or expired session token");
    auto const again = run(login("ada", "new hash"));
    BOOST_TEST(again.encrypted_private_key.value() == "new private");
    BOOST_TEST(again.public_key.value() == "ada public");
    BOOST_TEST(again.kdf_iterations == 900'000);
    // The key pair is the same, so what was wrapped for it stays.
    BOOST_TEST(again.encrypted_org_key.value() == "ada wrapped");
    BOOST_TEST(own.execute("select recovery_encrypted_private_key from users") == "new recovery");
    BOOST_TEST(own.execute("select ip_address from audit_log where action = 'password_reset'") ==
               "192.0.2.9");
}

BOOST_AUTO_TEST_CASE(a_reset_to_another_key_pair_drops_what_nobody_can_unwrap) {
    auto const user = make_user("ada", true);
    domain::auth::reset_form sent;
    sent.token.value = reset_token("ada");
    sent.master_password_hash.emplace().value = "new hash";
    sent.public_key.emplace().value = "another public";
    run(auth.reset_password(std::move(sent), {}));
    auto const again = run(login("ada", "new hash"));
    BOOST_TEST(!again.encrypted_org_key);
    auto const pending = run(auth.pending_keys(caller_of(again), *user.user.active_org_id));
    BOOST_REQUIRE(pending.size() == 1);
    BOOST_TEST(pending[0].public_key == "another public");
}

BOOST_AUTO_TEST_CASE(no_session_of_the_old_password_outlives_a_reset) {
    make_user("ada");
    auto const token = reset_token("ada");
    test::stall stall(*this, "sessions");
    auto opening = begin(login("ada", password));
    stall.wait_for(1, opening);
    // The login has found its password to be right, and is about to be overtaken.
    auto resetting = begin(reset(token, "another password"));
    stall.wait_for(2, resetting);
    stall.release();
    BOOST_TEST(test::outcome(opening) == "ok");
    BOOST_TEST(test::outcome(resetting) == "ok");
    BOOST_TEST(own.execute("select count(*) from sessions") == "0");
}

BOOST_AUTO_TEST_CASE(a_login_that_a_reset_overtook_is_refused) {
    make_user("ada");
    auto const token = reset_token("ada");
    test::stall stall(*this, "audit_log");
    // The reset has replaced the password, and is held before it commits.
    auto resetting = begin(reset(token, "another password"));
    stall.wait_for(1, resetting);
    auto opening = begin(login("ada", password));
    stall.wait_for(2, opening);
    stall.release();
    BOOST_TEST(test::outcome(resetting) == "ok");
    BOOST_TEST(test::outcome(opening) == wrong_login);
    BOOST_TEST(own.execute("select count(*) from sessions") == "0");
}

BOOST_AUTO_TEST_CASE(a_change_keeps_this_session_only_and_ends_reset_links) {
    auto const user = make_user("ada");
    auto const other = run(login("ada", password));
    auto const token = reset_token("ada");
    domain::auth::change_form sent;
    sent.current_password.value = "wrong";
    sent.new_password.value = "a new password";
    BOOST_TEST(refusal(auth.change_password(caller_of(user), sent)) ==
               "400 Current password is incorrect");
    sent.current_password.value = password;
    sent.new_password.value = "short";
    BOOST_TEST(refusal(auth.change_password(caller_of(user), sent)) ==
               "400 New password must be at least 8 characters");
    sent.new_password.value = "a new password";
    run(auth.change_password(caller_of(user), sent));
    BOOST_TEST(refusal(auth.check(caller_of(user))) == "ok");
    BOOST_TEST(refusal(auth.check(caller_of(other))) == "401 Invalid or expired session token");
    BOOST_TEST(run(auth.validate_reset(token)).valid == false);
    BOOST_TEST(refusal(reset(token, "yet another")) == bad_reset);
    BOOST_TEST(own.execute("select count(*) from audit_log where action = 'password_change'") ==
               "1");
}

BOOST_AUTO_TEST_CASE(a_forgotten_password_is_mailed_once_and_to_accounts_only) {
    make_user("ada");
    auto const first = reset_token("ada");
    auto const second = reset_token("ada");
    BOOST_TEST(mail.sent.size() == 2);
    BOOST_TEST(mail.sent[0].first == "ada@example.com");
    BOOST_TEST(mail.sent[0].second == "https://vault/reset-password?token=" + first);
    BOOST_TEST(run(auth.validate_reset(first)).valid == false);
    BOOST_TEST(run(auth.validate_reset(second)).valid == true);
    run(auth.forgot_password({"nobody@example.com"}, {}));
    BOOST_TEST(mail.sent.size() == 2);
    BOOST_TEST(own.execute("select count(*) from audit_log where action = "
                           "'password_reset_requested'") == "3");
    auto const link = run(auth.reset_link(" ADA@example.com"));
    BOOST_TEST(link.value().starts_with("https://vault/reset-password?token="));
    BOOST_TEST(!run(auth.reset_link("nobody@example.com")));
}

BOOST_AUTO_TEST_CASE(expired_links_are_none) {
    auto const host = make_user("ada");
    auto const invitation = invite(host, "ivan@example.com");
    auto const token = reset_token("ada");
    own.execute("update invitation_tokens set expires_at = now() - interval '1 second'");
    BOOST_TEST(refusal(accept(invitation)) == bad_invite);
    BOOST_TEST(refusal(reset(token, "another password")) == bad_reset);
    BOOST_TEST(!run(auth.validate_invite(invitation)).valid);
    BOOST_TEST(!run(auth.validate_reset(token)).valid);
}

BOOST_AUTO_TEST_CASE(an_expired_session_is_none) {
    auto const user = make_user("ada");
    own.execute("update sessions set expires_at = now()");
    BOOST_TEST(refusal(auth.check(caller_of(user))) == "401 Invalid or expired session token");
}

BOOST_AUTO_TEST_CASE(of_two_who_accept_one_invitation_one_succeeds) {
    auto const host = make_user("ada");
    for (int i = 0; i < 5; ++i) {
        auto const token = invite(host, "ivan" + std::to_string(i) + "@example.com");
        std::vector<test::background<token_response>> running;
        for (int j = 0; j < 2; ++j) running.push_back(begin(accept(token)));
        BOOST_TEST(outcomes(running) == sorted({"ok", bad_invite}),
                   boost::test_tools::per_element());
    }
    BOOST_TEST(own.execute("select count(*) from users") == "6");
}

BOOST_AUTO_TEST_CASE(a_refused_invitation_keeps_its_token) {
    auto const host = make_user("ada");
    auto const guest = make_user("ivan");
    auto const token = invite(host, "Ivan@Example.com ");
    BOOST_TEST(refusal(accept(token)) ==
               "400 An account with this email already exists. Please log in instead.");
    BOOST_TEST(run(auth.validate_invite(token)).valid);

    BOOST_TEST(refusal(auth.join(caller_of(host), token, host.token)) ==
               "403 This invitation is for another account");
    auto const joined = run(auth.join(caller_of(guest), token, guest.token));
    BOOST_TEST(joined.token == guest.token);
    BOOST_TEST(joined.user.active_org_id.value() == guest.user.active_org_id.value());
    BOOST_TEST(own.execute("select role from org_memberships where user_id = '" + guest.user.id +
                           "' and org_id = '" + *host.user.active_org_id + "'") == "member");
    BOOST_TEST(own.execute("select count(*) from people where first_name = 'Ivan' and user_id = '" +
                           guest.user.id + "' and org_id = '" + *host.user.active_org_id + "'") ==
               "1");
    BOOST_TEST(refusal(auth.join(caller_of(guest), token, guest.token)) == bad_invite);
}

BOOST_AUTO_TEST_CASE(an_invitation_ends_with_the_right_to_log_in) {
    auto const host = make_user("ada");
    auto const token = invite(host, "ivan@example.com");
    own.execute("update people set can_login = false where email = 'ivan@example.com'");
    BOOST_TEST(refusal(accept(token)) == "400 Invitation is no longer valid");
    BOOST_TEST(own.execute("select count(*) from users") == "1");
    own.execute("update people set can_login = true where email = 'ivan@example.com'");
    BOOST_TEST(refusal(accept(token)) == "ok");
}

BOOST_AUTO_TEST_SUITE_END()
