#include "crypto/encoding.hpp"

#include "crypto/random.hpp"
#include "test/unit/crypto/hex.hpp"

#include <boost/test/unit_test.hpp>

using namespace kinvault::crypto;
using namespace std::string_view_literals;

BOOST_AUTO_TEST_SUITE(encoding)

// RFC 4648 section 10.
constexpr std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                     {"f", "Zg=="},
                                                                     {"fo", "Zm8="},
                                                                     {"foo", "Zm9v"},
                                                                     {"foob", "Zm9vYg=="},
                                                                     {"fooba", "Zm9vYmE="},
                                                                     {"foobar", "Zm9vYmFy"}};

BOOST_AUTO_TEST_CASE(base64_vectors) {
    for (const auto& [plain, text] : vectors) {
        BOOST_TEST(base64_encode(as_bytes(plain)) == text);
        const auto decoded = base64_decode(text);
        BOOST_REQUIRE(decoded.has_value());
        BOOST_TEST(as_text(*decoded) == plain);
    }
    BOOST_TEST(base64_encode(from_hex("fbefbeffffff")) == "++++////");
}

BOOST_AUTO_TEST_CASE(base64_round_trip_of_every_length) {
    for (std::size_t length = 0; length < 200; ++length) {
        bytes data(length);
        fill_random(data);
        const auto decoded = base64_decode(base64_encode(data));
        BOOST_REQUIRE(decoded.has_value());
        BOOST_TEST((*decoded == data));
    }
}

constexpr std::string_view not_base64[] = {
    "Z",        "Zg",        "Zg=",     "Zm8",      "Zm9vYg", // padding missing
    "Zg===",    "====",      "=",       "Zm9v====", "Z===",   // too much of it
    "Zg==Zg==", "Zm=v",      "=Zm9",    "Zm8=Zm8=",           // in the middle
    "Zm9v\n",   "Zm9v\nZm9", " Zm9",    "Zm 9",     "Zm9\t",  // white space
    "Zm9-",     "Zm9_",      "Zm9\0"sv, "Zm9\xc3",  "Zm9*",   // other alphabets
    "Zh==",     "Zm9=",      "//==",    "///="};              // bits that no encoder sets

BOOST_AUTO_TEST_CASE(base64_is_strict) {
    for (const std::string_view text : not_base64)
        BOOST_TEST(!base64_decode(text).has_value(), "accepted: " << text);
}

BOOST_AUTO_TEST_CASE(hexadecimal) {
    BOOST_TEST(hex_encode({}) == "");
    BOOST_TEST(hex_encode(bytes{0x00, 0x0f, 0xa0, 0xff}) == "000fa0ff");
}

BOOST_AUTO_TEST_SUITE_END()
