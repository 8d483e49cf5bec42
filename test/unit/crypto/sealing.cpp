#include "crypto/sealing.hpp"

#include <boost/test/unit_test.hpp>

using namespace kinvault::crypto;

BOOST_AUTO_TEST_SUITE(crypto_sealing)

BOOST_AUTO_TEST_CASE(only_the_same_secret_and_purpose_open) {
    sealing_key const key("a secret key of 32 characters...", "outbox");
    auto const sealed = key.seal("a link");
    BOOST_TEST(sealed.find("link") == std::string::npos);
    BOOST_TEST(sealed != key.seal("a link"));
    BOOST_TEST(key.open(sealed).value().text() == "a link");
    BOOST_TEST(sealing_key("a secret key of 32 characters...", "outbox").open(sealed).has_value());
    BOOST_TEST(!sealing_key("a secret key of 32 characters..!", "outbox").open(sealed));
    BOOST_TEST(!sealing_key("a secret key of 32 characters...", "inbox").open(sealed));
    BOOST_TEST(!key.open("a link"));
    BOOST_TEST(!key.open(""));
    auto touched = sealed;
    touched[20] = touched[20] == 'A' ? 'B' : 'A';
    BOOST_TEST(!key.open(touched));
}

BOOST_AUTO_TEST_SUITE_END()
