// Base64 (RFC 4648 section 4) and hexadecimal text of bytes.
// Used for what the contract stores or sends as text: wrapped keys, encrypted fields, ivs, digests.
#pragma once

#include "crypto/bytes.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kinvault::crypto {

// Standard alphabet, padded, on one line.
std::string base64_encode(std::span<const std::uint8_t> data);

// Only what base64_encode can have written: standard alphabet, padding, no white space, and no
// stray bits in the last character (RFC 4648 section 3.5), so every value has exactly one text.
// Anything else gives nullopt.
std::optional<bytes> base64_decode(std::string_view text);

// Lower case, two characters a byte.
std::string hex_encode(std::span<const std::uint8_t> data);

} // namespace kinvault::crypto
