#include "crypto/digest.hpp"

#include "crypto/encoding.hpp"
#include "test/unit/crypto/hex.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace kinvault::crypto;

BOOST_AUTO_TEST_SUITE(digest)

// FIPS 180-4 examples (NIST CSRC).
BOOST_AUTO_TEST_CASE(sha256_vectors) {
    BOOST_TEST(sha256_hex("") ==
               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    BOOST_TEST(sha256_hex("abc") ==
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    BOOST_TEST(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
               "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

BOOST_AUTO_TEST_CASE(sha256_in_odd_pieces) {
    const std::string million(1'000'000, 'a');
    sha256 hash;
    std::string_view rest = million;
    for (std::size_t step = 0; !rest.empty(); step = (step + 7) % 131) {
        hash.update(rest.substr(0, step)); // an empty piece now and then
        rest.remove_prefix(std::min(step, rest.size()));
    }
    BOOST_TEST(hex_encode(hash.finish()) ==
               "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

BOOST_AUTO_TEST_CASE(sha256_copies_go_on_by_themselves) {
    sha256 one;
    one.update("ab");
    sha256 other = one;
    other.update("c");
    BOOST_TEST(hex_encode(other.finish()) == sha256_hex("abc"));
    BOOST_TEST(hex_encode(one.finish()) == sha256_hex("ab"));
}

BOOST_AUTO_TEST_CASE(sha256_starts_anew_after_its_end) {
    sha256 hash;
    hash.update("something else");
    hash.finish();
    hash.update("abc");
    BOOST_TEST(hex_encode(hash.finish()) == sha256_hex("abc"));
    BOOST_TEST(hex_encode(hash.finish()) == sha256_hex(""));
}

// RFC 4231 sections 4.2, 4.3 and 4.7.
BOOST_AUTO_TEST_CASE(hmac_vectors) {
    BOOST_TEST(hex_encode(hmac_sha256(bytes(20, 0x0b), as_bytes("Hi There"))) ==
               "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    BOOST_TEST(
        hex_encode(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    BOOST_TEST(hex_encode(hmac_sha256(
                   bytes(131, 0xaa),
                   as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"))) ==
               "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

BOOST_AUTO_TEST_CASE(hmac_of_nothing) {
    BOOST_TEST(hex_encode(hmac_sha256({}, {})) ==
               "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

BOOST_AUTO_TEST_SUITE_END()
