#include "crypto/aes_gcm.hpp"

#include "crypto/error.hpp"
#include "crypto/random.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <utility>

namespace kinvault::crypto {
namespace {

enum class direction : int { decrypt = 0, encrypt = 1 };

detail::cipher_context start(std::span<const std::uint8_t> key, std::span<const std::uint8_t> iv,
                             direction way) {
    if (key.size() != aes_key_size) throw error("AES-256-GCM: the key must have 32 bytes");
    if (iv.size() != gcm_iv_size) throw error("AES-256-GCM: the iv must have 12 bytes");
    detail::cipher_context context(EVP_CIPHER_CTX_new());
    // 12 bytes is the length of iv OpenSSL takes for GCM by itself.
    if (!context || EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(),
                                      iv.data(), static_cast<int>(way)) != 1)
        throw error("AES-256-GCM could not be set up");
    return context;
}

void run(const detail::cipher_context& context, std::span<const std::uint8_t> in,
         std::span<std::uint8_t> out) {
    if (!context) throw error("AES-256-GCM: used after its end");
    if (in.size() != out.size()) throw error("AES-256-GCM: input and output differ in length");
    constexpr std::size_t step = std::size_t{1} << 30; // OpenSSL counts in int
    while (!in.empty()) {
        const std::size_t count = std::min(in.size(), step);
        int written = 0;
        if (EVP_CipherUpdate(context.get(), out.data(), &written, in.data(),
                             static_cast<int>(count)) != 1 ||
            static_cast<std::size_t>(written) != count)
            throw error("AES-256-GCM failed");
        in = in.subspan(count);
        out = out.subspan(count);
    }
}

} // namespace

void detail::cipher_context_free::operator()(evp_cipher_ctx_st* context) const noexcept {
    EVP_CIPHER_CTX_free(context); // wipes the key schedule too
}

gcm_encryptor::gcm_encryptor(std::span<const std::uint8_t> key, std::span<const std::uint8_t> iv)
    : context_(start(key, iv, direction::encrypt)) {}

void gcm_encryptor::update(std::span<const std::uint8_t> in, std::span<std::uint8_t> out) {
    run(context_, in, out);
}

gcm_tag gcm_encryptor::finish() {
    const detail::cipher_context context = std::move(context_);
    if (!context) throw error("AES-256-GCM: used after its end");
    gcm_tag tag;
    int written = 0;
    // GCM gives no bytes at the end; the tag's room serves as the buffer that has to be named.
    if (EVP_CipherFinal_ex(context.get(), tag.data(), &written) != 1 ||
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, tag.size(), tag.data()) != 1)
        throw error("AES-256-GCM failed");
    return tag;
}

gcm_decryptor::gcm_decryptor(std::span<const std::uint8_t> key, std::span<const std::uint8_t> iv)
    : context_(start(key, iv, direction::decrypt)) {}

void gcm_decryptor::update(std::span<const std::uint8_t> in, std::span<std::uint8_t> out) {
    run(context_, in, out);
}

bool gcm_decryptor::finish(std::span<const std::uint8_t> tag) {
    const detail::cipher_context context = std::move(context_);
    if (!context) throw error("AES-256-GCM: used after its end");
    if (tag.size() != gcm_tag_size) return false;
    gcm_tag expected;
    std::copy(tag.begin(), tag.end(), expected.begin());
    if (EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, expected.size(),
                            expected.data()) != 1)
        throw error("AES-256-GCM failed");
    std::uint8_t none[EVP_MAX_BLOCK_LENGTH];
    int written = 0;
    return EVP_CipherFinal_ex(context.get(), none, &written) == 1; // compares in constant time
}

bytes seal(std::span<const std::uint8_t> key, std::span<const std::uint8_t> plain) {
    bytes out(gcm_iv_size + plain.size() + gcm_tag_size);
    const std::span<std::uint8_t> iv(out.data(), gcm_iv_size);
    fill_random(iv);
    gcm_encryptor encryptor(key, iv);
    encryptor.update(plain, std::span(out).subspan(gcm_iv_size, plain.size()));
    const gcm_tag tag = encryptor.finish();
    std::copy(tag.begin(), tag.end(), out.end() - gcm_tag_size);
    return out;
}

std::optional<secret> open(std::span<const std::uint8_t> key,
                           std::span<const std::uint8_t> sealed) {
    if (key.size() != aes_key_size) throw error("AES-256-GCM: the key must have 32 bytes");
    if (sealed.size() < gcm_iv_size + gcm_tag_size) return std::nullopt;
    const std::size_t length = sealed.size() - gcm_iv_size - gcm_tag_size;
    gcm_decryptor decryptor(key, sealed.first(gcm_iv_size));
    secret plain(length);
    decryptor.update(sealed.subspan(gcm_iv_size, length), plain.view());
    if (!decryptor.finish(sealed.last(gcm_tag_size))) return std::nullopt;
    return plain;
}

} // namespace kinvault::crypto
