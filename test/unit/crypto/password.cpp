#include "crypto/password.hpp"

#include "crypto/error.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace kinvault::crypto;
using namespace std::literals;

namespace {

// As cheap as the schemes allow: what is tested does not depend on the costs.
password_options cheap(password_scheme scheme) {
    return {.scheme = scheme, .argon2_memory_kib = 64, .argon2_passes = 1, .bcrypt_cost = 4};
}

const password_options cheap_options[] = {cheap(password_scheme::argon2id),
                                          cheap(password_scheme::bcrypt)};

struct known {
    std::string_view password, hash;
};

constexpr std::string_view longer_than_72 =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "0123456789chars after 72 are ignored";

} // namespace

BOOST_AUTO_TEST_SUITE(password)

// $2a$: the test vectors of Openwall's crypt_blowfish. $2b$: made with bcryptjs 3 (not the library
// used here), the first at cost 12, with a character of two bytes.
BOOST_AUTO_TEST_CASE(bcrypt_hashes_of_others) {
    constexpr known hashes[] = {
        {"U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"},
        {"U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"},
        {longer_than_72, "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui"},
        {"Pässwort-2", "$2b$12$XPQN679I21YV3LGykYpCPOinBeEu.52lGx55T2LjXZdaT3U9TdykC"},
        {"secret", "$2b$04$oycVa1vxMBCghcj0hN/ob.bHDD3QekTcr6RQAKO/TJJEFM9C6Z1vC"},
        {"secret", "$2y$04$oycVa1vxMBCghcj0hN/ob.bHDD3QekTcr6RQAKO/TJJEFM9C6Z1vC"},
        {"secret", "$2a$04$oycVa1vxMBCghcj0hN/ob.bHDD3QekTcr6RQAKO/TJJEFM9C6Z1vC"},
        {"", "$2b$04$641MvaxV5RjzlaTafp4w8O8o4zaVw77I.F.eC0uq37QQam0oDH1e."}};
    for (const known& k : hashes) {
        BOOST_TEST(verify_password(k.password, k.hash), k.hash);
        BOOST_TEST(!verify_password(std::string("x").append(k.password), k.hash), k.hash);
    }
}

// The first from the reference implementation's test.c, the second made with OpenSSL's Argon2id
// (not the library used here), with a NUL byte in the password.
BOOST_AUTO_TEST_CASE(argon2id_hashes_of_others) {
    constexpr known hashes[] = {
        {"password",
         "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"},
        {"pass\0word"sv, "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg"
                         "$R3zdLF64LqFdMoyQ3xBFZLdjoHGNe+yEY3A2dqLC6nM"}};
    for (const known& k : hashes) {
        BOOST_TEST(verify_password(k.password, k.hash), k.hash);
        BOOST_TEST(!verify_password(std::string("x").append(k.password), k.hash), k.hash);
    }
    BOOST_TEST(!verify_password("pass", hashes[1].hash));
}

BOOST_AUTO_TEST_CASE(hashes_verify_and_have_a_salt) {
    for (const password_options& options : cheap_options) {
        for (const std::string_view word : {""sv, "secret"sv, "Grüße \xff"sv}) {
            const std::string hash = hash_password(word, options);
            BOOST_TEST(hash.size() <= 255u);
            BOOST_TEST(verify_password(word, hash));
            BOOST_TEST(!verify_password(std::string(word) + " ", hash));
            BOOST_TEST(hash_password(word, options) != hash);
        }
        const std::string hash = hash_password("secret", options);
        BOOST_TEST(!verify_password("", hash));
        BOOST_TEST(!verify_password("Secret", hash));
    }
}

BOOST_AUTO_TEST_CASE(the_default_is_what_owasp_says) {
    const std::string hash = hash_password("secret", {});
    BOOST_TEST(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    // 16 bytes of salt are 22 characters of unpadded base64, 32 bytes of hash are 43.
    const std::size_t salt_at = hash.find('$', 12 + 4) + 1;
    BOOST_TEST(hash.size() == 31u + 22 + 1 + 43);
    BOOST_TEST(hash.rfind('$') - hash.rfind('$', hash.rfind('$') - 1) == 23u);
    BOOST_TEST(salt_at == 31u);
    BOOST_TEST(verify_password("secret", hash));
}

BOOST_AUTO_TEST_CASE(bcrypt_is_made_as_2b) {
    BOOST_TEST(hash_password("secret", cheap(password_scheme::bcrypt)).starts_with("$2b$04$"));
    BOOST_TEST(password_options{}.bcrypt_cost == 12u);
}

BOOST_AUTO_TEST_CASE(the_first_72_bytes_count_under_both_schemes) {
    const std::string p71(71, 'p');
    for (const password_options& options : cheap_options) {
        const std::string hash = hash_password(p71 + "pqrs", options);
        BOOST_TEST(verify_password(p71 + "p", hash));
        BOOST_TEST(verify_password(p71 + "p another tail", hash));
        BOOST_TEST(!verify_password(p71 + "x", hash));
        BOOST_TEST(!verify_password(p71, hash));
    }
    // Made elsewhere from exactly 72 bytes.
    const std::string p80(80, 'p');
    BOOST_TEST(
        verify_password(p80, "$2b$04$qI0O.QGqpqFRRpcGsue1cuxOFuY4UHBDmpYBO0YTr1WvvfDTL/.QO"));
    BOOST_TEST(verify_password(p80, "$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg"
                                    "$0mgeooNaiH4ZVMBCCYTaEUyrVyjiwbt+aaFl4s5mlAQ"));
}

BOOST_AUTO_TEST_CASE(a_nul_byte_does_not_end_a_password) {
    const std::string with_nul = "pass\0word"s;
    const std::string argon2id = hash_password(with_nul, cheap(password_scheme::argon2id));
    BOOST_TEST(verify_password(with_nul, argon2id));
    BOOST_TEST(!verify_password("pass", argon2id));
    BOOST_TEST(!verify_password("pass\0other"sv, argon2id));

    BOOST_CHECK_THROW(hash_password(with_nul, cheap(password_scheme::bcrypt)), error);
    const std::string bcrypt = hash_password("pass", cheap(password_scheme::bcrypt));
    BOOST_TEST(!verify_password(with_nul, bcrypt));
    BOOST_TEST(!verify_password("pass\0"sv, bcrypt));
    // Beyond the bytes that count it changes nothing.
    const std::string tail = std::string(72, 'p') + "\0tail"s;
    BOOST_TEST(verify_password(tail, hash_password(tail, cheap(password_scheme::bcrypt))));
}

BOOST_AUTO_TEST_CASE(what_is_no_hash_never_verifies) {
    const std::string bcrypt = hash_password("", cheap(password_scheme::bcrypt));
    const std::string argon2id = hash_password("", cheap(password_scheme::argon2id));
    const std::string others[] = {
        "",
        "$",
        "$2b$",
        "*0",
        "*1",
        "!",
        "x",
        "secret",
        std::string(60, '$'),
        std::string(300, 'a'),
        "$argon2id$",
        "$argon2id$v=19$",
        "$argon2id$v=19$m=64,t=1,p=1$$",
        "$argon2id$v=19$m=0,t=0,p=0$c29tZXNhbHQ$nf65EOgLrQM",
        "$argon2id$v=19$m=-1,t=1,p=1$a$b",
        "$argon2id$v=19$m=99999999999999999999,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQM",
        "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQM",
        "$1$salt$",
        "$6$rounds=1000$saltsalt$x",
        "$y$j9T$x$y",
        "_J9..CCCC",
        "aaAAAAAAAAAAA",
        "$2x$" + bcrypt.substr(4),
        "$2$" + bcrypt.substr(4),
        "$2b$00" + bcrypt.substr(6),
        "$2b$03" + bcrypt.substr(6),
        "$2b$32" + bcrypt.substr(6),
        "$2b$99" + bcrypt.substr(6),
        "$2b$xx" + bcrypt.substr(6),
        "$2b$4$" + bcrypt.substr(7),
        bcrypt + "x",
        bcrypt + "\0"s,
        bcrypt.substr(0, 59),
        bcrypt.substr(0, 29),
        bcrypt.substr(0, 7) + "*" + bcrypt.substr(8),
        " " + bcrypt,
        argon2id + "\0"s,
        argon2id + "$",
        argon2id + " ",
        " " + argon2id,
        argon2id.substr(0, argon2id.size() - 1)};
    for (const std::string& hash : others) BOOST_TEST(!verify_password("", hash), hash);
    for (const std::string& hash : {bcrypt, argon2id}) {
        BOOST_TEST(verify_password("", hash));
        for (std::size_t length = 0; length < hash.size(); ++length)
            BOOST_TEST(!verify_password("", hash.substr(0, length)), hash.substr(0, length));
    }
}

BOOST_AUTO_TEST_CASE(options_the_libraries_refuse) {
    password_options options = cheap(password_scheme::bcrypt);
    for (const unsigned cost : {1u, 3u, 32u, 99u}) {
        options.bcrypt_cost = cost;
        BOOST_CHECK_THROW(hash_password("secret", options), error);
    }
    options = cheap(password_scheme::argon2id);
    options.argon2_passes = 0;
    BOOST_CHECK_THROW(hash_password("secret", options), error);
    options = cheap(password_scheme::argon2id);
    options.argon2_memory_kib = 7; // RFC 9106: at least 8 a lane
    BOOST_CHECK_THROW(hash_password("secret", options), error);
}

BOOST_AUTO_TEST_CASE(rehashing) {
    const password_options argon2id = cheap(password_scheme::argon2id);
    const password_options bcrypt = cheap(password_scheme::bcrypt);
    const std::string argon2id_hash = hash_password("secret", argon2id);
    const std::string bcrypt_hash = hash_password("secret", bcrypt);
    BOOST_TEST(!needs_rehash(argon2id_hash, argon2id));
    BOOST_TEST(!needs_rehash(bcrypt_hash, bcrypt));
    BOOST_TEST(!needs_rehash("$2a$" + bcrypt_hash.substr(4), bcrypt));
    BOOST_TEST(needs_rehash(argon2id_hash, bcrypt));
    BOOST_TEST(needs_rehash(bcrypt_hash, argon2id));
    BOOST_TEST(needs_rehash(argon2id_hash, {}));
    BOOST_TEST(needs_rehash(bcrypt_hash, {.scheme = password_scheme::bcrypt}));
    for (const password_options& options : cheap_options) {
        BOOST_TEST(needs_rehash("", options));
        BOOST_TEST(needs_rehash("$2b$", options));
        BOOST_TEST(needs_rehash("$argon2id$v=19$m=6", options));
    }
    password_options other = argon2id;
    other.argon2_passes = 2;
    BOOST_TEST(needs_rehash(argon2id_hash, other));
    other = argon2id;
    other.argon2_lanes = 2;
    BOOST_TEST(needs_rehash(argon2id_hash, other));
}

BOOST_AUTO_TEST_CASE(the_dummy_is_a_hash_like_any_other) {
    for (const password_options& options : cheap_options) {
        const std::string dummy = dummy_hash(options);
        BOOST_TEST(!needs_rehash(dummy, options));
        BOOST_TEST(dummy.size() == hash_password("secret", options).size());
        BOOST_TEST(!verify_password("", dummy));
        BOOST_TEST(!verify_password("secret", dummy));
        BOOST_TEST(dummy_hash(options) != dummy);
    }
}

BOOST_AUTO_TEST_SUITE_END()
