// Password hashes: Argon2id (RFC 9106) for new ones, bcrypt for those of existing installations.
// Used by the auth service. Every hash or verification takes tens to hundreds of milliseconds and
// blocks: call them on the workers, never on the event loop.
//
// Under both schemes only the first 72 bytes of a password count, which is bcrypt's limit, so that
// an account keeps its password when its hash moves from one scheme to the other, either way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kinvault::crypto {

enum class password_scheme { argon2id, bcrypt };

inline constexpr std::size_t password_bytes_that_count = 72;

struct password_options {
    password_scheme scheme = password_scheme::argon2id;
    // OWASP Password Storage Cheat Sheet, Argon2id: m=19456 (19 MiB), t=2, p=1.
    std::uint32_t argon2_memory_kib = 19456;
    std::uint32_t argon2_passes = 2;
    std::uint32_t argon2_lanes = 1;
    // Base-2 logarithm of the rounds; OWASP asks for at least 10, existing installations have 12.
    unsigned bcrypt_cost = 12;
};

// The encoded hash, `$argon2id$v=19$...` or `$2b$...`, with a fresh salt. A NUL byte is a byte like
// any other for Argon2id; bcrypt would end there, so it throws crypto::error, as it does for
// options the library refuses or when memory is short.
std::string hash_password(std::string_view password, const password_options& options);

// False for a wrong password and for anything that is no hash of `$argon2id$`, `$2a$`, `$2b$` or
// `$2y$`, malformed ones included; under bcrypt also for a password with a NUL byte. Throws
// crypto::error only when memory is short: a right password must not be called wrong then.
bool verify_password(std::string_view password, std::string_view hash);

// True when `hash` is of another scheme or other costs than `options` say.
bool needs_rehash(std::string_view hash, const password_options& options);

// A hash of a random password that is then forgotten. Made once and verified against for an unknown
// email, so that it costs the same time as a known one. Costs as much as a hash_password().
std::string dummy_hash(const password_options& options);

} // namespace kinvault::crypto
