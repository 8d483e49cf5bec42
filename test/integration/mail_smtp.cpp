// The way to a mail server, with a real one that is told to be difficult.
#include <boost/test/unit_test.hpp>

#include "server/mail/smtp.hpp"
#include "test/support/integration/background.hpp"
#include "test/support/integration/mail_server.hpp"

#include <optional>

namespace {

using namespace kinvault;
using domain::mail::delivery;
using domain::mail::envelope;
using domain::mail::outcome;

char const content[] = "From: vault@example.org\r\nTo: ada@example.com\r\n"
                       "Subject: A test\r\n\r\nThe text.\r\n";

std::string name_of(outcome what) {
    switch (what) {
    case outcome::taken:
        return "taken";
    case outcome::put_off:
        return "put off";
    case outcome::refused:
        return "refused";
    case outcome::out_of_reach:
        return "out of reach";
    }
    return {};
}

struct fixture {
    smtp_options options = [] {
        smtp_options plain;
        plain.host = "127.0.0.1";
        plain.from = "vault@example.org";
        plain.security = smtp_security::none;
        return plain;
    }();
    asio::io_context io;

    static envelope mail(std::string text = content, std::string to = "ada@example.com") {
        return {std::move(to), crypto::secret(crypto::as_bytes(text))};
    }
    delivery send(std::string const& text = content, std::string const& to = "ada@example.com") {
        smtp way(options);
        return test::run(io, way.send(mail(text, to)));
    }
    std::string result() { return name_of(send().what); }
    test::mail_server& start(std::vector<std::string> arguments = {}) {
        server.emplace(std::move(arguments));
        options.port = server->port();
        return *server;
    }
    test::mail_server& start_tls(smtp_security how, std::vector<std::string> arguments = {}) {
        arguments.insert(arguments.end(),
                         {"--tls", how == smtp_security::tls ? "always" : "starttls"});
        start(std::move(arguments));
        options.security = how;
        options.ca_file = server->ca_file();
        return *server;
    }

    std::optional<test::mail_server> server;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(mail_smtp, fixture)

BOOST_AUTO_TEST_CASE(a_mail_arrives_as_it_was_sent) {
    start();
    BOOST_TEST(result() == "taken");
    auto const& mails = server->taken();
    BOOST_REQUIRE(mails.size() == 1u);
    BOOST_TEST(mails[0].from == "vault@example.org");
    BOOST_TEST(mails[0].to == std::vector<std::string>{"ada@example.com"},
               boost::test_tools::per_element());
    BOOST_TEST(mails[0].content == content);
    BOOST_TEST(!mails[0].tls);
    BOOST_TEST(mails[0].user == "");
}

BOOST_AUTO_TEST_CASE(one_way_takes_many_mails) {
    start();
    smtp way(options);
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(name_of(test::run(io, way.send(mail())).what) == "taken");
    }
    BOOST_TEST(server->taken().size() == 3u);
}

BOOST_AUTO_TEST_CASE(lines_that_begin_with_a_dot_and_long_lines_stay_what_they_are) {
    start();
    std::string const text =
        std::string(content) + ".\r\n..\r\n.hidden\r\n" + std::string(998, 'x') + "\r\n.\r\n\r\n.";
    BOOST_TEST(name_of(send(text + "\r\n").what) == "taken");
    BOOST_REQUIRE(server->taken().size() == 1u);
    BOOST_TEST((server->taken()[0].content == text + "\r\n"));
}

BOOST_AUTO_TEST_CASE(a_long_mail_arrives) {
    start();
    std::string text = content;
    while (text.size() < 200'000) text += ".0123456789 abcdefghijklmnopqrstuvwxyz\r\n";
    BOOST_TEST(name_of(send(text).what) == "taken");
    BOOST_REQUIRE(server->taken().size() == 1u);
    BOOST_TEST((server->taken()[0].content == text));
}

BOOST_AUTO_TEST_CASE(with_starttls_and_with_tls_from_the_start) {
    for (auto const how : {smtp_security::starttls, smtp_security::tls}) {
        start_tls(how);
        auto const got = send();
        BOOST_TEST(name_of(got.what) == "taken", got.why);
        BOOST_REQUIRE(server->taken().size() == 1u);
        BOOST_TEST(server->taken()[0].tls);
    }
}

BOOST_AUTO_TEST_CASE(an_unknown_authority_gets_nothing) {
    for (auto const how : {smtp_security::starttls, smtp_security::tls}) {
        start_tls(how);
        options.ca_file.clear();
        BOOST_TEST(result() == "out of reach");
        BOOST_TEST(server->taken().empty());
    }
}

BOOST_AUTO_TEST_CASE(a_certificate_for_another_host_gets_nothing) {
    for (auto const how : {smtp_security::starttls, smtp_security::tls}) {
        start_tls(how, {"--host", "mail.example.net"});
        BOOST_TEST(result() == "out of reach");
        BOOST_TEST(server->taken().empty());
    }
}

BOOST_AUTO_TEST_CASE(a_server_that_hides_its_starttls_gets_nothing) {
    start();
    options.security = smtp_security::starttls;
    options.user = "vault";
    options.password = "a password";
    BOOST_TEST(result() == "out of reach");
    BOOST_TEST(server->taken().empty());
}

BOOST_AUTO_TEST_CASE(who_has_to_log_in_does) {
    start_tls(smtp_security::starttls, {"--user", "vault", "--password", "a password"});
    BOOST_TEST(result() == "out of reach");
    options.user = "vault";
    options.password = "another password";
    auto const refused = send();
    BOOST_TEST(name_of(refused.what) == "out of reach");
    BOOST_TEST(refused.why.find("password") == std::string::npos);
    BOOST_TEST(server->taken().empty());
    options.password = "a password";
    BOOST_TEST(result() == "taken");
    BOOST_TEST(server->taken().at(0).user == "vault");
}

BOOST_AUTO_TEST_CASE(what_replies_mean_for_a_mail) {
    start();
    struct {
        char const* reply;
        char const* meaning;
    } const cases[] = {
        {"RCPT 1 450 4.2.0 greylisted", "put off"},
        {"RCPT 1 550 5.1.1 no such user", "refused"},
        {"RCPT 1 421 4.3.2 closing", "out of reach"},
        {"RCPT 1 530 5.7.0 log in first", "out of reach"},
        {"DATA 1 451 4.3.0 later", "put off"},
        {"DATA 1 554 5.6.0 no", "refused"},
        {"END 1 452 4.3.1 disk full", "put off"},
        {"END 1 554 5.7.1 spam", "refused"},
        {"MAIL 1 451 4.7.1 later", "put off"},
        // The sender is a setting: mails wait until it is right.
        {"MAIL 1 553 5.7.1 not your address", "out of reach"},
    };
    for (auto const& one : cases) {
        server->command(std::string("fail ") + one.reply);
        auto const got = send();
        BOOST_TEST(name_of(got.what) == one.meaning, one.reply << ": " << got.why);
        BOOST_TEST(got.why.find("example") == std::string::npos, got.why);
        BOOST_TEST(server->taken().empty());
    }
    BOOST_TEST(result() == "taken");
}

BOOST_AUTO_TEST_CASE(a_mail_whose_answer_is_lost_may_have_been_taken) {
    start();
    server->command("drop 1");
    BOOST_TEST(result() == "put off");
    BOOST_TEST(server->taken().size() == 1u);
}

BOOST_AUTO_TEST_CASE(without_a_server_nothing_is_tried) {
    start();
    server.reset();
    BOOST_TEST(result() == "out of reach");
    options.host = "no-such-host.invalid";
    BOOST_TEST(result() == "out of reach");
}

BOOST_AUTO_TEST_CASE(a_server_that_stops_breaks_off_what_takes_long) {
    start();
    server->command("hold");
    smtp way(options);
    test::background<delivery> one(io, way.send(mail()));
    // The mail is with the mail server, which does not answer.
    while (server->taken().empty()) io.run_one_for(std::chrono::milliseconds(10));
    BOOST_TEST(!one.ended());
    way.end_by(std::chrono::steady_clock::now());
    BOOST_TEST(name_of(one.get().what) == "put off");
}

BOOST_AUTO_TEST_CASE(addresses_beyond_ascii_go_to_servers_that_take_them) {
    start();
    BOOST_TEST(name_of(send(content, "jörg@example.com").what) == "taken");
    BOOST_TEST(server->taken().at(0).to.at(0) == "jörg@example.com");
}

BOOST_AUTO_TEST_SUITE_END()
