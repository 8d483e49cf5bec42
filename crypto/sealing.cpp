#include "crypto/sealing.hpp"

#include "crypto/aes_gcm.hpp"
#include "crypto/encoding.hpp"
#include "crypto/hkdf.hpp"

namespace kinvault::crypto {

sealing_key::sealing_key(std::string_view secret_key, std::string_view purpose)
    : key_(hkdf_sha256(as_bytes(secret_key), "kinvault-sealing", purpose, aes_key_size)) {}

std::string sealing_key::seal(std::string_view plain) const {
    return base64_encode(crypto::seal(key_.view(), as_bytes(plain)));
}

std::optional<secret> sealing_key::open(std::string_view sealed) const {
    auto const raw = base64_decode(sealed);
    if (!raw) return std::nullopt;
    return crypto::open(key_.view(), *raw);
}

} // namespace kinvault::crypto
