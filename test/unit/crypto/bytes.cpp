#include "crypto/bytes.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <type_traits>
#include <utility>

using namespace kinvault::crypto;
using namespace std::string_view_literals;

namespace {

// What lies in the array that is freed, looked at just before.
struct {
    const void* array = nullptr;
    std::size_t size = 0;
    bool freed = false;
    bool all_zero = false;
} watched;

void watch(const secret& content) {
    watched = {content.data(), content.size()};
}

} // namespace

// Replaced for the whole test program, so that the tests can see what is left in freed memory.
void* operator new[](std::size_t size) {
    if (void* const array = std::malloc(size == 0 ? 1 : size)) return array;
    throw std::bad_alloc();
}
void operator delete[](void* array) noexcept {
    if (array != nullptr && array == watched.array) {
        const auto* const content = static_cast<const std::uint8_t*>(array);
        watched.freed = true;
        watched.all_zero =
            std::all_of(content, content + watched.size, [](int b) { return b == 0; });
        watched.array = nullptr;
    }
    std::free(array);
}
void operator delete[](void* array, std::size_t) noexcept {
    operator delete[](array);
}

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

BOOST_AUTO_TEST_CASE(a_secret_is_wiped_when_it_dies) {
    {
        const secret content(as_bytes("do not leave this behind"));
        watch(content);
    }
    BOOST_TEST(watched.freed);
    BOOST_TEST(watched.all_zero);
}

BOOST_AUTO_TEST_CASE(a_secret_is_wiped_when_another_takes_its_place) {
    secret content(as_bytes("do not leave this behind"));
    watch(content);
    content = secret(as_bytes("new"));
    BOOST_TEST(watched.freed);
    BOOST_TEST(watched.all_zero);
    BOOST_TEST(content.text() == "new");
}

BOOST_AUTO_TEST_CASE(wiping_a_string_overwrites_what_it_holds_and_held) {
    // A short string lies within its object, whose bytes can be looked at.
    alignas(std::string) unsigned char place[sizeof(std::string)];
    auto* const text = new (place) std::string("password-12345");
    const auto at = static_cast<std::size_t>(text->data() - reinterpret_cast<char*>(place));
    BOOST_REQUIRE(at < sizeof place);
    text->resize(8); // "12345" is still in the room behind
    wipe(*text);
    BOOST_TEST(text->empty());
    BOOST_TEST(std::all_of(place + at, place + at + 14, [](int byte) { return byte == 0; }));
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
