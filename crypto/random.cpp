#include "crypto/random.hpp"

#include "crypto/encoding.hpp"
#include "crypto/error.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <limits>

namespace kinvault::crypto {

void fill_random(std::span<std::uint8_t> out) {
    while (!out.empty()) {
        const auto count = std::min<std::size_t>(out.size(), std::numeric_limits<int>::max());
        if (RAND_bytes(out.data(), static_cast<int>(count)) != 1) throw error("RAND_bytes failed");
        out = out.subspan(count);
    }
}

std::string random_token() {
    secret raw(32);
    fill_random(raw.view());
    return hex_encode(raw.view());
}

std::string random_url_token() {
    secret raw(48); // a multiple of three: no padding
    fill_random(raw.view());
    std::string token = base64_encode(raw.view());
    std::replace(token.begin(), token.end(), '+', '-');
    std::replace(token.begin(), token.end(), '/', '_');
    return token;
}

std::string random_uuid() {
    std::array<std::uint8_t, 16> raw;
    fill_random(raw);
    raw[6] = (raw[6] & 0x0f) | 0x40; // version 4
    raw[8] = (raw[8] & 0x3f) | 0x80; // the variant of the RFC
    std::string id = hex_encode(raw);
    for (const std::size_t position : {8, 13, 18, 23}) id.insert(position, 1, '-');
    return id;
}

secret random_key() {
    secret key(32);
    fill_random(key.view());
    return key;
}

} // namespace kinvault::crypto
