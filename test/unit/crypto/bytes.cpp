#include "crypto/bytes.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <iterator>
#include <new>
#include <type_traits>
#include <utility>

using namespace kinvault::crypto;
using namespace std::string_view_literals;

static_assert(!std::is_copy_constructible_v<secret> && !std::is_copy_assignable_v<secret>);
static_assert(std::is_nothrow_move_constructible_v<secret>);

BOOST_AUTO_TEST_SUITE(bytes_and_secrets)

BOOST_AUTO_TEST_CASE(a_secret_holds_a_copy) {
    bytes source{1, 2, 3};
    const secret copy{std::span<const std::uint8_t>(source)};
    source[0] = 9;
    BOOST_TEST(copy.size() == 3u);
    BOOST_TEST(copy.view()[0] == 1);
    BOOST_TEST((copy.text() == "\1\2\3"sv));
}

BOOST_AUTO_TEST_CASE(a_secret_of_a_size_is_zeroed) {
    const secret zero(5);
    BOOST_TEST(std::count(zero.view().begin(), zero.view().end(), 0) == 5);
    BOOST_TEST(secret().empty());
    BOOST_TEST(secret(0).view().empty());
}

BOOST_AUTO_TEST_CASE(moving_empties_the_source) {
    secret first(as_bytes("first"));
    secret second(std::move(first));
    BOOST_TEST(first.empty()); // NOLINT: what a moved-from secret is, is promised
    BOOST_TEST(first.view().empty());
    BOOST_TEST(second.text() == "first");
    secret third(as_bytes("another"));
    third = std::move(second);
    BOOST_TEST(third.text() == "first");
    BOOST_TEST(second.empty());
}

BOOST_AUTO_TEST_CASE(wiping_a_string_overwrites_what_it_held) {
    // In an own buffer the short-string room lies within the object, where it can be looked at.
    alignas(std::string) unsigned char place[sizeof(std::string)];
    auto* const text = new (place) std::string("pass-1");
    BOOST_REQUIRE(std::search(std::begin(place), std::end(place), text->begin(), text->end()) !=
                  std::end(place));
    text->resize(2); // "ss-1" is still in the room behind
    wipe(*text);
    BOOST_TEST(text->empty());
    const auto left = "ss-1"sv;
    BOOST_TEST((std::search(std::begin(place), std::end(place), left.begin() + 1, left.end()) ==
                std::end(place)));
    text->~basic_string();
}

BOOST_AUTO_TEST_CASE(wiping_bytes_zeroes_them) {
    bytes data{1, 2, 3};
    wipe(std::span(data).first(2));
    BOOST_TEST((data == bytes{0, 0, 3}));
    wipe(std::span<std::uint8_t>());
}

BOOST_AUTO_TEST_CASE(comparison) {
    BOOST_TEST(equal_constant_time("", ""));
    BOOST_TEST(equal_constant_time("token", "token"));
    BOOST_TEST(!equal_constant_time("token", "tokem"));
    BOOST_TEST(!equal_constant_time("token", "Token"));
    BOOST_TEST(!equal_constant_time("token", "toke"));
    BOOST_TEST(!equal_constant_time("a\0b"sv, "a\0c"sv));
}

BOOST_AUTO_TEST_SUITE_END()
