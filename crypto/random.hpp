// Randomness from OpenSSL's generator, and the tokens, ids and keys made of it.
// Used wherever something must not be guessed: sessions, invitations, reset links, keys, row ids.
#pragma once

#include "crypto/bytes.hpp"

#include <span>
#include <string>

namespace kinvault::crypto {

// Throws crypto::error when the generator cannot be seeded.
void fill_random(std::span<std::uint8_t> out);

// 32 random bytes as 64 lower-case hexadecimal characters: a session token.
std::string random_token();

// 48 random bytes as 64 characters of the URL-safe alphabet (RFC 4648 section 5): a token for
// links.
std::string random_url_token();

// A version 4 UUID (RFC 9562 section 5.4) in lower case, 36 characters: a row id.
std::string random_uuid();

// 32 random bytes: an AES-256 key.
secret random_key();

} // namespace kinvault::crypto
