#include "crypto/vault_keys.hpp"

#include "crypto/encoding.hpp"
#include "crypto/error.hpp"
#include "crypto/random.hpp"
#include "test/unit/crypto/hex.hpp"

#include <boost/test/unit_test.hpp>

using namespace kinvault::crypto;
using namespace std::string_view_literals;

namespace {

// Made with pyca/cryptography from the definitions of the contract: the organization key is the
// bytes 0 to 31, the ivs are 100 to 111 and 200 to 211.
constexpr std::string_view secret_key = "a secret key of an installation that was there before";
constexpr std::string_view wrapped =
    "ZGVmZ2hpamtsbW5v8AXmJuR2SofYkV4CHI0TQu3nWRcX14WNI6Fe2wTIB6An7+W2hKFq3fsh/L5Eh/Sv";
constexpr std::string_view wrapped_31_bytes =
    "ZGVmZ2hpamtsbW5v8AXmJuR2SofYkV4CHI0TQu3nWRcX14WNI6Fe2wTIBxpivpS2JsveECNf0O0pCI4=";
constexpr std::string_view field = "yMnKy8zNzs/Q0dLT6V97Z6tPPvlIGQTJMM8w01e73bP0qYlTF1R613Am2ibT";

organization_key some_key() {
    return organization_key(random_key());
}

} // namespace

BOOST_AUTO_TEST_SUITE(vault_keys)

BOOST_AUTO_TEST_CASE(data_of_an_existing_installation_is_readable) {
    const auto key = master_key(secret_key).unwrap(wrapped);
    BOOST_REQUIRE(key.has_value());
    BOOST_TEST(hex_encode(key->key()) ==
               "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    BOOST_TEST(key->decrypt_field(field) == "Führerschein 123");
}

BOOST_AUTO_TEST_CASE(a_new_organization_key_unwraps) {
    const master_key master(secret_key);
    const std::string first = master.wrap_new_organization_key();
    const std::string second = master.wrap_new_organization_key();
    BOOST_TEST(first.size() == wrapped.size());
    const auto one = master.unwrap(first);
    const auto again = master.unwrap(first);
    const auto other = master.unwrap(second);
    BOOST_REQUIRE((one && again && other));
    BOOST_TEST(one->key().size() == 32u);
    BOOST_TEST(hex_encode(one->key()) == hex_encode(again->key()));
    BOOST_TEST(hex_encode(one->key()) != hex_encode(other->key()));
}

BOOST_AUTO_TEST_CASE(a_key_wrapped_anew_is_the_same_under_another_master_key) {
    const auto key = master_key(secret_key).unwrap(wrapped);
    BOOST_REQUIRE(key.has_value());
    const master_key other("another secret key of more than 32 characters");
    const std::string anew = other.wrap(*key);
    BOOST_TEST(!master_key(secret_key).unwrap(anew).has_value());
    const auto again = other.unwrap(anew);
    BOOST_REQUIRE(again.has_value());
    BOOST_TEST(hex_encode(again->key()) == hex_encode(key->key()));
}

BOOST_AUTO_TEST_CASE(what_is_no_wrapped_key_does_not_unwrap) {
    const master_key master(secret_key);
    BOOST_TEST(!master.unwrap("").has_value());
    BOOST_TEST(!master.unwrap("not base64").has_value());
    BOOST_TEST(!master.unwrap("Zm9v").has_value());
    BOOST_TEST(!master.unwrap(wrapped_31_bytes).has_value());
    BOOST_TEST(!master_key("another secret key").unwrap(wrapped).has_value());
    std::string changed(wrapped);
    changed[20] = changed[20] == 'A' ? 'B' : 'A';
    BOOST_TEST(!master.unwrap(changed).has_value());
}

BOOST_AUTO_TEST_CASE(keys_of_the_wrong_length) {
    for (const std::size_t length : {0, 16, 31, 33})
        BOOST_CHECK_THROW(organization_key{secret(length)}, error);
    BOOST_CHECK_THROW(master_key(""), error);
}

BOOST_AUTO_TEST_CASE(fields_come_back) {
    const organization_key key = some_key();
    for (const std::string_view plain :
         {"x"sv, "Zm9v"sv, "with \0 inside"sv, "Grüße, 家族"sv, "\xff\xfe"sv}) {
        const std::string stored = key.encrypt_field(plain);
        BOOST_TEST(stored != plain);
        const auto raw = base64_decode(stored);
        BOOST_REQUIRE(raw.has_value());
        BOOST_TEST(raw->size() == 12 + 16 + plain.size());
        BOOST_TEST(key.decrypt_field(stored) == plain);
        BOOST_TEST(key.encrypt_field(plain) != stored); // a fresh iv each time
    }
    const std::string large(1 << 20, 'l');
    BOOST_TEST((key.decrypt_field(key.encrypt_field(large)) == large));
}

BOOST_AUTO_TEST_CASE(an_empty_field_stays_empty) {
    const organization_key key = some_key();
    BOOST_TEST(key.encrypt_field("") == "");
    BOOST_TEST(key.decrypt_field("") == "");
}

BOOST_AUTO_TEST_CASE(plain_text_from_before_is_returned_as_it_is) {
    const organization_key key = some_key();
    const std::string short_base64 = base64_encode(bytes(27, 1));
    const std::string long_base64 = base64_encode(bytes(60, 1));
    const std::string only_header = base64_encode(bytes(28, 1));
    for (const std::string_view stored :
         {"D1234567"sv, "Zm9v"sv, "two\nlines"sv, "\0"sv, std::string_view(short_base64),
          std::string_view(only_header), std::string_view(long_base64)})
        BOOST_TEST(key.decrypt_field(stored) == stored);
}

BOOST_AUTO_TEST_CASE(a_field_that_was_changed_or_is_anothers_does_not_decrypt) {
    const organization_key key = some_key();
    const std::string stored = key.encrypt_field("license");
    BOOST_TEST(some_key().decrypt_field(stored) == stored);
    const bytes raw = *base64_decode(stored);
    for (std::size_t i = 0; i < raw.size(); ++i) { // iv, tag and ciphertext
        bytes changed = raw;
        changed[i] ^= 0x10;
        const std::string text = base64_encode(changed);
        BOOST_TEST(key.decrypt_field(text) == text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
