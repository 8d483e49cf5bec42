#include "crypto/hkdf.hpp"

#include "crypto/error.hpp"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <array>
#include <memory>

namespace kinvault::crypto {
namespace {

struct kdf_free {
    void operator()(EVP_KDF* kdf) const noexcept { EVP_KDF_free(kdf); }
    void operator()(EVP_KDF_CTX* context) const noexcept { EVP_KDF_CTX_free(context); }
};

// OSSL_PARAM wants pointers to mutable data but only reads them here.
OSSL_PARAM octets(const char* name, std::span<const std::uint8_t> value) {
    return OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(value.data()),
                                             value.size());
}

} // namespace

secret hkdf_sha256(std::span<const std::uint8_t> key, std::string_view salt, std::string_view info,
                   std::size_t length) {
    if (key.empty() || length == 0 || length > 255 * 32) throw error("HKDF: length out of range");
    const std::unique_ptr<EVP_KDF, kdf_free> kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
    const std::unique_ptr<EVP_KDF_CTX, kdf_free> context(kdf ? EVP_KDF_CTX_new(kdf.get())
                                                             : nullptr);
    if (!context) throw error("HKDF could not be set up");

    char digest[] = "SHA256";
    std::array<OSSL_PARAM, 5> parameters;
    std::size_t count = 0;
    parameters[count++] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0);
    parameters[count++] = octets(OSSL_KDF_PARAM_KEY, key);
    // Left out when empty: OpenSSL then takes the RFC's default, which is the same.
    if (!salt.empty()) parameters[count++] = octets(OSSL_KDF_PARAM_SALT, as_bytes(salt));
    if (!info.empty()) parameters[count++] = octets(OSSL_KDF_PARAM_INFO, as_bytes(info));
    parameters[count] = OSSL_PARAM_construct_end();

    secret out(length);
    if (EVP_KDF_derive(context.get(), out.data(), out.size(), parameters.data()) != 1)
        throw error("HKDF failed");
    return out;
}

} // namespace kinvault::crypto
