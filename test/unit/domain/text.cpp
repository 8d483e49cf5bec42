// Trimming, lower case and what counts as an email address.
#include <boost/test/unit_test.hpp>

#include "domain/email.hpp"
#include "domain/text.hpp"

using namespace kinvault::domain;

BOOST_AUTO_TEST_SUITE(texts)

BOOST_AUTO_TEST_CASE(trimming_takes_unicode_white_space) {
    BOOST_TEST(trim(" \t\r\n a b \v\f") == "a b");
    BOOST_TEST(trim("\u00a0\u3000\u2028ä\u2003\u0085") == "ä");
    BOOST_TEST(trim(" \u3000 ").empty());
    BOOST_TEST(trim("").empty());
    // The last byte of à is that of a no-break space in Latin-1.
    BOOST_TEST(trim("\u00e0") == "\u00e0");
}

BOOST_AUTO_TEST_CASE(lower_case_knows_more_than_ascii) {
    BOOST_TEST(lower_case("JÖRG.ŁĄKA@Пример.ORG") == "jörg.łąka@пример.org");
    BOOST_TEST(lower_case("straße 家族 👪") == "straße 家族 👪");
}

BOOST_AUTO_TEST_CASE(cutting_counts_characters) {
    BOOST_TEST(cut("ä👪b", 2) == "ä👪");
    BOOST_TEST(cut("ab", 5) == "ab");
    BOOST_TEST(cut("ab", 0).empty());
}

BOOST_AUTO_TEST_CASE(the_first_word_and_the_rest) {
    auto const name = first_word("  Ada\u00a0 Byron King ");
    BOOST_TEST(name.first == "Ada");
    BOOST_TEST(name.rest == "Byron King");
    BOOST_TEST(first_word("Plato").rest.empty());
}

BOOST_AUTO_TEST_CASE(emails) {
    for (auto const good : {"a@b", "ada.byron+x@example.com", "jörg@münchen.de", "o'neil@x.org"}) {
        BOOST_TEST(is_email(good), good);
    }
    for (auto const bad : {"", "a", "@", "a@", "@b", "a@b@c", "a b@c", "a@b c", "a@b\r\nBcc: x",
                           "a@b,c@d", "<a@b>", "a@b\u00a0c"}) {
        BOOST_TEST(!is_email(bad), bad);
    }
    BOOST_TEST(normal_email("  Ada@Example.COM ") == "ada@example.com");
}

BOOST_AUTO_TEST_SUITE_END()
