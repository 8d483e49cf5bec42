// The outbox and the postman on a real database with a real mail server: what is written when, what
// is sent once, what waits and what is given up.
#include <boost/test/unit_test.hpp>

#include "domain/mail/outbox.hpp"
#include "domain/mail/postman.hpp"
#include "server/mail/smtp.hpp"
#include "test/support/integration/accounts.hpp"
#include "test/support/integration/mail_server.hpp"

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <optional>
#include <set>
#include <sstream>

namespace {

using namespace kinvault;
using namespace domain;

/// Instead of minutes.
mail::postman_options quick() {
    mail::postman_options options;
    options.first_away = options.longest_away = std::chrono::milliseconds(1);
    return options;
}

smtp_options way_to(std::uint16_t port) {
    smtp_options options;
    options.host = "127.0.0.1";
    options.port = port;
    options.from = "vault@example.org";
    options.security = smtp_security::none;
    return options;
}

struct fixture : test::accounts_fixture {
    crypto::sealing_key key = mail::outbox_key("a secret key of at least 32 characters");
    mail::outbox out{key, {"", "vault@example.org"}};
    auth::service mailing_auth{db, pool, keys, {72, test::cheap_hashes(), "https://vault"}, &out};
    std::optional<test::mail_server> server{std::in_place};
    smtp way{way_to(server->port())};
    mail::postman postman{db, key, way, quick()};

    std::ostringstream log;
    std::shared_ptr<spdlog::logger> before = spdlog::default_logger();

    fixture() {
        auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(log);
        spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", sink));
        spdlog::set_pattern("%v");
    }
    ~fixture() { spdlog::set_default_logger(before); }

    void forgot(std::string const& name) {
        auth::forgot_form sent{name + "@example.com"};
        run(mailing_auth.forgot_password(std::move(sent), {"192.0.2.1", "a laptop"}));
    }
    task<void> write_one(pg::session& session, std::string to) {
        std::vector<mail::addressed> mails;
        mail::letter what{"A subject", {"Hello,"}, "Open", "https://vault/secret", {}};
        mails.push_back({std::move(to), std::move(what)});
        std::chrono::hours const lifetime(1);
        co_await out.add(session, "reminder", lifetime, std::move(mails));
    }
    void write(std::string const& to) { run(write_one(db, to)); }
    void deliver() { run(postman.deliver_due()); }
    /// Lets every pause pass.
    void let_time_pass() {
        own.execute("update outbox set next_attempt_at = now() where message is not null");
    }
    /// How many mails are in this condition.
    std::string count(std::string const& condition) {
        return own.execute("select count(*) from outbox where " + condition);
    }
    std::vector<test::taken_mail> const& taken() { return server->taken(); }
};

std::string const waiting = "message is not null and sent_at is null and gave_up_at is null";
std::string const sent = "message is null and sent_at is not null and gave_up_at is null";
std::string const given_up = "message is null and sent_at is null and gave_up_at is not null";

} // namespace

BOOST_FIXTURE_TEST_SUITE(mail_outbox, fixture)

BOOST_AUTO_TEST_CASE(a_reset_link_is_sealed_until_it_is_sent_and_then_gone) {
    make_user("ada");
    forgot("ada");
    BOOST_TEST(count("purpose = 'password_reset' and recipient = 'ada@example.com' and " +
                     waiting) == "1");
    auto const stored = own.execute("select message from outbox");
    deliver();
    BOOST_REQUIRE(taken().size() == 1u);
    auto const& mail = taken()[0];
    auto const at = mail.text.find("https://vault/reset-password?token=");
    BOOST_REQUIRE(at != std::string::npos);
    auto const token = mail.text.substr(at + 35, 64);
    BOOST_TEST(stored.find(token) == std::string::npos);
    BOOST_TEST(stored.find("reset") == std::string::npos);
    BOOST_TEST(count(sent) == "1");
    BOOST_TEST(log.str().find(token) == std::string::npos);
    BOOST_TEST(run(auth.validate_reset(token)).valid);
    deliver();
    BOOST_TEST(taken().size() == 1u);
}

BOOST_AUTO_TEST_CASE(nobody_else_gets_a_mail) {
    make_user("ada");
    forgot("somebody");
    BOOST_TEST(count("true") == "0");
}

BOOST_AUTO_TEST_CASE(what_is_rolled_back_is_never_sent) {
    auto body = [&](pg::transaction& transaction) -> task<void> {
        co_await write_one(transaction, "ada@example.com");
        throw std::runtime_error("no");
    };
    BOOST_CHECK_THROW(run(db.transact(body)), std::runtime_error);
    BOOST_TEST(count("true") == "0");
}

BOOST_AUTO_TEST_CASE(only_addresses_get_mail) {
    write("no address");
    write("ada@example.com\r\nBcc: eve@example.com");
    write("ada@example.com, eve@example.com");
    BOOST_TEST(count("true") == "0");
    BOOST_TEST(log.str().find("eve") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(names_beyond_ascii_and_evil_ones_arrive_as_text) {
    std::string const name = "Jörg \xF0\x9F\x98\x80\r\nBcc: eve@example.com";
    auto body = [&](pg::transaction& transaction) {
        return out.invitation(transaction, "ada@example.com", "Ada", "Bücher\r\n\r\n<b>", name,
                              "https://vault/accept-invite?token=x");
    };
    run(db.transact(body));
    deliver();
    BOOST_REQUIRE(taken().size() == 1u);
    auto const& mail = taken()[0];
    BOOST_TEST(mail.to == std::vector<std::string>{"ada@example.com"},
               boost::test_tools::per_element());
    BOOST_TEST(mail.defects == "");
    auto head = mail.head;
    BOOST_TEST(!head.contains("bcc"));
    BOOST_TEST(head["subject"].starts_with("Jörg \xF0\x9F\x98\x80"));
    BOOST_TEST(head["subject"].find("Bücher") != std::string::npos);
    BOOST_TEST(head["from"] == "vault@example.org");
    BOOST_TEST(head["to"] == "ada@example.com");
    BOOST_TEST(head["auto-submitted"] == "auto-generated");
    BOOST_TEST(head["message-id"] == "<" + own.execute("select id from outbox") + "@example.org>");
    BOOST_TEST(mail.text.find("Bücher") != std::string::npos);
    BOOST_TEST(mail.text.find("\nhttps://vault/accept-invite?token=x\n") != std::string::npos);
    BOOST_TEST(mail.html.find("<b>") == std::string::npos);
    BOOST_TEST(mail.html.find("Bücher") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(mail_waits_for_a_server_that_is_away) {
    auto const port = server->port();
    server.reset();
    write("ada@example.com");
    write("bob@example.com");
    for (int i = 0; i < 3; ++i) {
        let_time_pass();
        deliver();
    }
    BOOST_TEST(count(waiting) == "2");
    BOOST_TEST(count("attempts = 0") == "2");
    server.emplace(std::vector<std::string>(), port);
    while (count(sent) != "2") {
        let_time_pass();
        deliver();
    }
    BOOST_TEST(taken().size() == 2u);
    // The news, not each attempt.
    auto const said = log.str();
    BOOST_TEST(said.find("out of reach") == said.rfind("out of reach"), said);
    BOOST_TEST(said.find("within reach again") != std::string::npos, said);
    BOOST_TEST(said.find("example.com") == std::string::npos, said);
}

BOOST_AUTO_TEST_CASE(a_mail_that_is_put_off_is_tried_again_later_and_later) {
    server->command("fail RCPT 2 450 4.2.0 greylisted");
    write("ada@example.com");
    deliver();
    BOOST_TEST(count(waiting + " and attempts = 1 and next_attempt_at > now() + interval '10 s' "
                               "and next_attempt_at <= now() + interval '30 s'") == "1");
    deliver();
    BOOST_TEST(count("attempts = 1") == "1");
    let_time_pass();
    deliver();
    BOOST_TEST(count(waiting + " and attempts = 2 and next_attempt_at > now() + interval '25 s'") ==
               "1");
    let_time_pass();
    deliver();
    BOOST_TEST(count(sent) == "1");
    BOOST_TEST(taken().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_mail_that_is_refused_is_given_up_and_holds_up_nobody) {
    server->command("fail RCPT 1 550 5.1.1 no such user nobody@example.com");
    write("nobody@example.com");
    write("ada@example.com");
    deliver();
    BOOST_TEST(count(given_up + " and recipient = 'nobody@example.com'") == "1");
    BOOST_TEST(count(sent + " and recipient = 'ada@example.com'") == "1");
    let_time_pass();
    deliver();
    BOOST_TEST(taken().size() == 1u);
    auto const said = log.str();
    BOOST_TEST(said.find("is given up") != std::string::npos);
    BOOST_TEST(said.find("550") != std::string::npos);
    BOOST_TEST(said.find("nobody") == std::string::npos, said);
    BOOST_TEST(said.find("secret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_link_that_no_longer_works_is_not_sent) {
    write("ada@example.com");
    own.execute("update outbox set expires_at = now(), last_error = 'greylisted'");
    deliver();
    BOOST_TEST(count(given_up) == "1");
    BOOST_TEST(own.execute("select last_error from outbox") ==
               "no mail server took it in time: greylisted");
    BOOST_TEST(taken().empty());
}

BOOST_AUTO_TEST_CASE(a_mail_under_another_secret_key_is_given_up) {
    write("ada@example.com");
    auto const other = mail::outbox_key("another secret key of 32 characters");
    mail::postman stranger(db, other, way, quick());
    run(stranger.deliver_due());
    BOOST_TEST(count(given_up) == "1");
    BOOST_TEST(taken().empty());
}

BOOST_AUTO_TEST_CASE(several_servers_send_each_mail_once) {
    constexpr int mails = 60;
    for (int i = 0; i < mails; ++i) write("user" + std::to_string(i) + "@example.com");
    std::vector<std::unique_ptr<smtp>> ways;
    std::vector<std::unique_ptr<mail::postman>> postmen;
    std::vector<test::background<void>> rounds;
    for (int i = 0; i < 4; ++i) {
        ways.push_back(std::make_unique<smtp>(way_to(server->port())));
        postmen.push_back(std::make_unique<mail::postman>(db, key, *ways.back(), quick()));
        rounds.push_back(begin(postmen.back()->deliver_due()));
    }
    for (auto& round : rounds) round.get();
    BOOST_TEST(count(sent) == std::to_string(mails));
    std::set<std::string> recipients;
    for (auto const& one : taken()) recipients.insert(one.to.at(0));
    BOOST_TEST(taken().size() == std::size_t(mails));
    BOOST_TEST(recipients.size() == std::size_t(mails));
}

BOOST_AUTO_TEST_CASE(a_mail_that_another_server_is_sending_is_left_alone) {
    server->command("hold");
    write("ada@example.com");
    auto first = begin(postman.deliver_due());
    while (taken().empty()) io.run_one_for(std::chrono::milliseconds(10));
    smtp other_way(way_to(server->port()));
    mail::postman other(db, key, other_way, quick());
    run(other.deliver_due());
    BOOST_TEST(!first.ended());
    server->command("release");
    first.get();
    run(other.deliver_due());
    BOOST_TEST(taken().size() == 1u);
    BOOST_TEST(count(sent) == "1");
}

BOOST_AUTO_TEST_CASE(a_mail_of_a_server_that_died_is_sent_when_its_lease_ends_under_the_same_id) {
    server->command("drop 1");
    write("ada@example.com");
    // The mail server has it, and we never hear of it.
    deliver();
    BOOST_TEST(count(waiting) == "1");
    // What a process leaves behind that dies meanwhile.
    own.execute("update outbox set claim = 'of the dead', "
                "next_attempt_at = now() + interval '5 minutes'");
    deliver();
    BOOST_TEST(taken().size() == 1u);
    let_time_pass();
    mail::postman restarted(db, key, way, quick());
    run(restarted.deliver_due());
    BOOST_REQUIRE(taken().size() == 2u);
    BOOST_TEST(taken()[0].content == taken()[1].content);
    BOOST_TEST(count(sent) == "1");
}

BOOST_AUTO_TEST_CASE(whoever_lost_the_claim_changes_nothing) {
    server->command("hold");
    write("ada@example.com");
    auto late = begin(postman.deliver_due());
    while (taken().empty()) io.run_one_for(std::chrono::milliseconds(10));
    own.execute("update outbox set claim = 'somebody else'");
    server->command("release");
    late.get();
    BOOST_TEST(count(waiting + " and claim = 'somebody else'") == "1");
}

BOOST_AUTO_TEST_CASE(what_was_sent_is_forgotten_after_a_month_and_nothing_else) {
    write("ada@example.com");
    write("bob@example.com");
    deliver();
    write("eve@example.com");
    own.execute("update outbox set created_at = now() - interval '29 days' "
                "where recipient = 'ada@example.com'");
    own.execute("update outbox set created_at = now() - interval '31 days' "
                "where recipient <> 'ada@example.com'");
    run(postman.clean());
    BOOST_TEST(own.execute("select string_agg(recipient, ' ' order by recipient) from outbox") ==
               "ada@example.com eve@example.com");
}

BOOST_AUTO_TEST_SUITE_END()
