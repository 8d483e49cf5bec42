#include "crypto/random.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>

using namespace kinvault::crypto;

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

bool only(std::string_view text, std::string_view allowed) {
    return text.find_first_not_of(allowed) == text.npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(randomness)

BOOST_AUTO_TEST_CASE(tokens_have_their_form_and_differ) {
    std::set<std::string> seen;
    for (int i = 0; i < 200; ++i) {
        const std::string token = random_token();
        BOOST_TEST(token.size() == 64u);
        BOOST_TEST(only(token, hex_digits));
        BOOST_TEST(seen.insert(token).second);
    }
}

BOOST_AUTO_TEST_CASE(url_tokens_use_the_whole_alphabet_and_differ) {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::set<std::string> seen;
    std::set<char> used;
    for (int i = 0; i < 200; ++i) {
        const std::string token = random_url_token();
        BOOST_TEST(token.size() == 64u);
        BOOST_TEST(only(token, alphabet));
        BOOST_TEST(seen.insert(token).second);
        used.insert(token.begin(), token.end());
    }
    // 12,800 characters: the chance that one of 64 is missing is below 1e-80.
    BOOST_TEST(used.size() == alphabet.size());
}

BOOST_AUTO_TEST_CASE(uuids_are_version_4) {
    std::set<std::string> seen;
    std::set<char> variants;
    for (int i = 0; i < 200; ++i) {
        std::string id = random_uuid();
        BOOST_REQUIRE(id.size() == 36u);
        BOOST_TEST(id[14] == '4');
        BOOST_TEST(only(id.substr(19, 1), "89ab"));
        variants.insert(id[19]);
        BOOST_TEST(seen.insert(id).second);
        for (const std::size_t position : {23, 18, 13, 8}) {
            BOOST_TEST(id[position] == '-');
            id.erase(position, 1);
        }
        BOOST_TEST(only(id, hex_digits));
    }
    BOOST_TEST(variants.size() == 4u);
}

BOOST_AUTO_TEST_CASE(keys_have_32_bytes_and_differ) {
    const secret first = random_key();
    const secret second = random_key();
    BOOST_TEST(first.size() == 32u);
    BOOST_TEST(!equal_constant_time(first.text(), second.text()));
}

BOOST_AUTO_TEST_CASE(filling_fills_all_and_nothing_else) {
    bytes data(66);
    fill_random(std::span(data).subspan(1, 64));
    BOOST_TEST(data.front() == 0);
    BOOST_TEST(data.back() == 0);
    BOOST_TEST(std::count(data.begin(), data.end(), 0) < 32);
    fill_random({});
}

BOOST_AUTO_TEST_SUITE_END()
