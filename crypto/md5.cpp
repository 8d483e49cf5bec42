#include "crypto/md5.hpp"

#include "crypto/encoding.hpp"
#include "crypto/error.hpp"

#include <openssl/evp.h>

#include <array>

namespace kinvault::crypto {

std::string md5_base64(std::span<const std::uint8_t> data) {
    std::array<std::uint8_t, 16> digest;
    if (EVP_Digest(data.data(), data.size(), digest.data(), nullptr, EVP_md5(), nullptr) != 1)
        throw error("MD5 failed");
    return base64_encode(digest);
}

} // namespace kinvault::crypto
