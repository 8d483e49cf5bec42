#include "crypto/digest.hpp"

#include "crypto/bytes.hpp"
#include "crypto/encoding.hpp"
#include "crypto/error.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <limits>
#include <memory>

namespace kinvault::crypto {

namespace {

/// Looked up once: EVP_sha256() makes OpenSSL search its providers, under a lock, for each digest.
EVP_MD const* sha256_algorithm() {
    struct release {
        void operator()(EVP_MD* algorithm) const noexcept { EVP_MD_free(algorithm); }
    };
    static std::unique_ptr<EVP_MD, release> const algorithm(
        EVP_MD_fetch(nullptr, "SHA256", nullptr));
    return algorithm.get();
}

} // namespace

void sha256::context_free::operator()(evp_md_ctx_st* context) const noexcept {
    EVP_MD_CTX_free(context);
}

sha256::sha256() : context_(EVP_MD_CTX_new()) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), sha256_algorithm(), nullptr) != 1)
        throw error("SHA-256 could not be set up");
}

sha256::sha256(sha256 const& other) : context_(EVP_MD_CTX_new()) {
    if (!context_ || EVP_MD_CTX_copy_ex(context_.get(), other.context_.get()) != 1)
        throw error("SHA-256 could not be copied");
}

void sha256::update(std::span<const std::uint8_t> data) {
    if (EVP_DigestUpdate(context_.get(), data.data(), data.size()) != 1)
        throw error("SHA-256 failed");
}

void sha256::update(std::string_view text) {
    update(as_bytes(text));
}

sha256_digest sha256::finish() {
    sha256_digest digest;
    unsigned size = 0;
    if (EVP_DigestFinal_ex(context_.get(), digest.data(), &size) != 1 || size != digest.size() ||
        EVP_DigestInit_ex(context_.get(), nullptr, nullptr) != 1)
        throw error("SHA-256 failed");
    return digest;
}

std::string sha256_hex(std::string_view text) {
    sha256 hash;
    hash.update(text);
    return hex_encode(hash.finish());
}

sha256_digest hmac_sha256(std::span<const std::uint8_t> key, std::span<const std::uint8_t> data) {
    if (key.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        throw error("HMAC key too long");
    // An empty span may have no address, which HMAC() takes for a mistake.
    const std::uint8_t none = 0;
    sha256_digest digest;
    unsigned size = 0;
    if (HMAC(EVP_sha256(), key.empty() ? &none : key.data(), static_cast<int>(key.size()),
             data.empty() ? &none : data.data(), data.size(), digest.data(), &size) == nullptr ||
        size != digest.size())
        throw error("HMAC-SHA-256 failed");
    return digest;
}

} // namespace kinvault::crypto
