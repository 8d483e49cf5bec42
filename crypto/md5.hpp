// MD5 (RFC 1321) for the Content-MD5 field, a checksum against damage on the way that some S3
// requests must carry. Protects nothing against an attacker. Used by the S3 client only.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace kinvault::crypto {

// Base64, as Content-MD5 wants it. Throws crypto::error.
std::string md5_base64(std::span<const std::uint8_t> data);

} // namespace kinvault::crypto
