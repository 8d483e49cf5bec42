#include "config/mailbox.hpp"

#include "config/settings.hpp"
#include "test/unit/config/support.hpp"

#include <boost/test/unit_test.hpp>

using namespace kinvault::config;

BOOST_AUTO_TEST_SUITE(config_mailbox)

BOOST_AUTO_TEST_CASE(an_address_with_or_without_a_name) {
    auto const shown = [](std::string_view text) {
        auto const one = parse_mailbox(text);
        return one ? one->name + "|" + one->address : std::string("none");
    };
    BOOST_TEST(shown("vault@example.org") == "|vault@example.org");
    BOOST_TEST(shown(" noreply@localhost ") == "|noreply@localhost");
    BOOST_TEST(shown("The vault <vault@example.org>") == "The vault|vault@example.org");
    BOOST_TEST(shown("\"Doe, Jane\" <jane@example.org>") == "Doe, Jane|jane@example.org");
    BOOST_TEST(shown("<jane@example.org>") == "|jane@example.org");
    for (auto const* bad :
         {"", "vault", "@example.org", "vault@", "a@b@c", "a b@c", "a,b@c", "a@b\r\nBcc: c@d",
          "Name\r\nBcc: x <a@b>", "a@b>", "Name <>", "Name <a@b", "jörg@example.org"}) {
        BOOST_TEST(shown(bad) == "none", bad);
    }
    BOOST_TEST(parse_mailbox("a@b.example")->domain() == "b.example");
}

BOOST_AUTO_TEST_CASE(serving_needs_a_sender_only_with_a_mail_server) {
    settings s;
    s.database_url = "postgresql://localhost/x";
    s.secret_key = "3f9c0a7be1d2846a5b6c7d8e9f0a1b2c";
    s.smtp_from = "nobody";
    BOOST_TEST(check_serve(s).empty());
    s.smtp_host = "mail.example.org";
    BOOST_REQUIRE(check_serve(s).size() == 1u);
    BOOST_TEST(check_serve(s)[0] == "SMTP_FROM: is not an address like vault@example.org");
}

BOOST_AUTO_TEST_SUITE_END()
