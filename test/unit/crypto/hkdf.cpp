#include "crypto/hkdf.hpp"

#include "crypto/encoding.hpp"
#include "crypto/error.hpp"
#include "test/unit/crypto/hex.hpp"

#include <boost/test/unit_test.hpp>

using namespace kinvault::crypto;

BOOST_AUTO_TEST_SUITE(hkdf)

BOOST_AUTO_TEST_CASE(rfc_5869_case_1) {
    const bytes salt = from_hex("000102030405060708090a0b0c");
    const bytes info = from_hex("f0f1f2f3f4f5f6f7f8f9");
    const secret out = hkdf_sha256(bytes(22, 0x0b), as_text(salt), as_text(info), 42);
    BOOST_TEST(hex_encode(out.view()) == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56"
                                         "ecc4c5bf34007208d5b887185865");
}

BOOST_AUTO_TEST_CASE(rfc_5869_case_3_without_salt_and_info) {
    const secret out = hkdf_sha256(bytes(22, 0x0b), "", "", 42);
    BOOST_TEST(hex_encode(out.view()) == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f"
                                         "3c738d2d9d201395faa4b61a96c8");
}

BOOST_AUTO_TEST_CASE(lengths) {
    const bytes key(32, 1);
    BOOST_TEST(hkdf_sha256(key, "s", "i", 1).size() == 1u);
    BOOST_TEST(hkdf_sha256(key, "s", "i", 8160).size() == 8160u);
    BOOST_CHECK_THROW(hkdf_sha256(key, "s", "i", 8161), error);
    BOOST_CHECK_THROW(hkdf_sha256(key, "s", "i", 0), error);
    BOOST_CHECK_THROW(hkdf_sha256({}, "s", "i", 32), error);
}

BOOST_AUTO_TEST_SUITE_END()
