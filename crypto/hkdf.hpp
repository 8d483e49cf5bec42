// HKDF with SHA-256 (RFC 5869), extract and expand in one.
// Used to make the master key of version 1 from SECRET_KEY.
#pragma once

#include "crypto/bytes.hpp"

#include <cstddef>
#include <span>
#include <string_view>

namespace kinvault::crypto {

// `length` bytes, 1 to 8160 (255 times 32, RFC 5869 section 2.3). Salt and info may be empty, the
// key may not. Throws crypto::error otherwise or when OpenSSL fails.
secret hkdf_sha256(std::span<const std::uint8_t> key, std::string_view salt, std::string_view info,
                   std::size_t length);

} // namespace kinvault::crypto
