#include "crypto/aes_gcm.hpp"

#include "crypto/encoding.hpp"
#include "crypto/error.hpp"
#include "crypto/random.hpp"
#include "test/unit/crypto/hex.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <utility>

using namespace kinvault::crypto;

namespace {

struct vector {
    std::string_view key, iv, plain, cipher, tag;
};

// McGrew and Viega, "The Galois/Counter Mode of Operation (GCM)", appendix B, test cases 13 to 15.
constexpr vector vectors[] = {
    {"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
     "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
    {"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
     "00000000000000000000000000000000", "cea7403d4d606b6e074ec5d3baf39d18",
     "d0d1c8a799996bf0265b98b5d48ab919"},
    {"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
     "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
     "b094dac5d93471bdec1a502270e3cc6c"}};

// Runs `in` through the cipher in place, in pieces of `first`, `first` + 1, ... bytes and an empty
// one.
template <class Cipher>
bytes run_in_pieces(Cipher& cipher, bytes data, std::size_t first) {
    std::span<std::uint8_t> rest(data);
    for (std::size_t step = first; !rest.empty(); ++step) {
        const auto piece = rest.first(std::min(step, rest.size()));
        cipher.update(piece, piece);
        cipher.update({}, {});
        rest = rest.subspan(piece.size());
    }
    return data;
}

bool opens(const bytes& key, const bytes& sealed) {
    return open(key, sealed).has_value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(aes_gcm)

BOOST_AUTO_TEST_CASE(known_vectors) {
    for (const vector& v : vectors) {
        const bytes key = from_hex(v.key);
        const bytes iv = from_hex(v.iv);
        const bytes plain = from_hex(v.plain);
        bytes cipher(plain.size());
        gcm_encryptor encryptor(key, iv);
        encryptor.update(plain, cipher);
        BOOST_TEST(hex_encode(encryptor.finish()) == v.tag);
        BOOST_TEST(hex_encode(cipher) == v.cipher);

        bytes back(cipher.size());
        gcm_decryptor decryptor(key, iv);
        decryptor.update(cipher, back);
        BOOST_TEST(decryptor.finish(from_hex(v.tag)));
        BOOST_TEST((back == plain));
    }
}

BOOST_AUTO_TEST_CASE(pieces_give_the_same_as_the_whole) {
    const secret key = random_key();
    bytes iv(gcm_iv_size);
    bytes plain(70'001);
    fill_random(iv);
    fill_random(plain);
    bytes whole(plain.size());
    gcm_encryptor at_once(key.view(), iv);
    at_once.update(plain, whole);
    const gcm_tag tag = at_once.finish();
    for (const std::size_t first : {1, 15, 16, 17, 4096, 70'000}) {
        gcm_encryptor encryptor(key.view(), iv);
        BOOST_TEST((run_in_pieces(encryptor, plain, first) == whole));
        BOOST_TEST((encryptor.finish() == tag));
        gcm_decryptor decryptor(key.view(), iv);
        BOOST_TEST((run_in_pieces(decryptor, whole, first) == plain));
        BOOST_TEST(decryptor.finish(tag));
    }
}

BOOST_AUTO_TEST_CASE(nothing_at_all_has_a_tag_too) {
    const bytes key(32, 0);
    const bytes iv(12, 0);
    gcm_encryptor without_update(key, iv);
    BOOST_TEST(hex_encode(without_update.finish()) == vectors[0].tag);
    gcm_decryptor decryptor(key, iv);
    BOOST_TEST(decryptor.finish(from_hex(vectors[0].tag)));
    gcm_decryptor wrong(key, iv);
    BOOST_TEST(!wrong.finish(bytes(gcm_tag_size, 0)));
}

BOOST_AUTO_TEST_CASE(lengths_are_checked) {
    const bytes key(32, 1);
    const bytes iv(12, 2);
    for (const std::size_t length : {0, 16, 24, 31, 33, 64}) {
        BOOST_CHECK_THROW(gcm_encryptor(bytes(length), iv), error);
        BOOST_CHECK_THROW(gcm_decryptor(bytes(length), iv), error);
        BOOST_CHECK_THROW(seal(bytes(length), iv), error);
        BOOST_CHECK_THROW(open(bytes(length), bytes(64)), error);
        BOOST_CHECK_THROW(open(bytes(length), {}), error);
    }
    for (const std::size_t length : {0, 11, 13, 16}) {
        BOOST_CHECK_THROW(gcm_encryptor(key, bytes(length)), error);
        BOOST_CHECK_THROW(gcm_decryptor(key, bytes(length)), error);
    }
    bytes room(4);
    gcm_encryptor encryptor(key, iv);
    BOOST_CHECK_THROW(encryptor.update(bytes(5), room), error);
    BOOST_CHECK_THROW(encryptor.update(bytes(3), room), error);
}

BOOST_AUTO_TEST_CASE(a_right_tag_of_another_length_is_wrong) {
    const bytes key(32, 0);
    const bytes iv(12, 0);
    for (const std::size_t length : {0, 4, 12, 15, 17, 32}) {
        bytes tag = from_hex(vectors[0].tag);
        tag.resize(length);
        gcm_decryptor decryptor(key, iv);
        BOOST_TEST(!decryptor.finish(tag), length << " bytes");
    }
}

BOOST_AUTO_TEST_CASE(no_use_after_the_end) {
    const bytes key(32, 1);
    const bytes iv(12, 2);
    bytes room(1);
    gcm_encryptor encryptor(key, iv);
    const gcm_tag tag = encryptor.finish();
    BOOST_CHECK_THROW(encryptor.update(room, room), error);
    BOOST_CHECK_THROW(encryptor.finish(), error);
    gcm_decryptor decryptor(key, iv);
    BOOST_TEST(decryptor.finish(tag));
    BOOST_CHECK_THROW(decryptor.update(room, room), error);
    BOOST_CHECK_THROW(decryptor.finish(tag), error);
}

BOOST_AUTO_TEST_CASE(sealed_opens_again) {
    const secret key = random_key();
    for (const std::size_t length : {0, 1, 15, 16, 17, 32, 5000}) {
        bytes plain(length);
        fill_random(plain);
        const bytes sealed = seal(key.view(), plain);
        BOOST_TEST(sealed.size() == length + 28);
        const auto opened = open(key.view(), sealed);
        BOOST_REQUIRE(opened.has_value());
        BOOST_TEST(std::ranges::equal(opened->view(), plain));
    }
    BOOST_TEST((seal(key.view(), {}) != seal(key.view(), {}))); // a fresh iv each time
}

BOOST_AUTO_TEST_CASE(open_reads_iv_ciphertext_tag) {
    const vector& v = vectors[2];
    const bytes sealed = from_hex(std::string(v.iv) + std::string(v.cipher) + std::string(v.tag));
    const auto opened = open(from_hex(v.key), sealed);
    BOOST_REQUIRE(opened.has_value());
    BOOST_TEST(hex_encode(opened->view()) == v.plain);
}

BOOST_AUTO_TEST_CASE(every_changed_bit_is_noticed) {
    bytes key(32, 7);
    const bytes sealed = seal(key, as_bytes("twenty bytes of text"));
    BOOST_REQUIRE(opens(key, sealed));
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) { // iv, ciphertext and tag
        bytes changed = sealed;
        changed[bit / 8] ^= 1u << bit % 8;
        BOOST_TEST(!opens(key, changed), "bit " << bit);
    }
    for (std::size_t bit = 0; bit < key.size() * 8; ++bit) {
        bytes other = key;
        other[bit / 8] ^= 1u << bit % 8;
        BOOST_TEST(!opens(other, sealed), "bit " << bit << " of the key");
    }
}

BOOST_AUTO_TEST_CASE(every_changed_length_is_noticed) {
    const bytes key(32, 7);
    bytes sealed = seal(key, as_bytes("twenty bytes of text"));
    for (std::size_t length = 0; length < sealed.size(); ++length)
        BOOST_TEST(!opens(key, bytes(sealed.begin(), sealed.begin() + length)));
    sealed.push_back(0);
    BOOST_TEST(!opens(key, sealed));
}

BOOST_AUTO_TEST_SUITE_END()
