// AES-256-GCM (NIST SP 800-38D) with 12-byte ivs and 16-byte tags: in a stream for files, at once
// for keys and fields. Used by the file routes (version 1) and by vault_keys.
#pragma once

#include "crypto/bytes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

struct evp_cipher_ctx_st;

namespace kinvault::crypto {

inline constexpr std::size_t aes_key_size = 32;
inline constexpr std::size_t gcm_iv_size = 12;
inline constexpr std::size_t gcm_tag_size = 16;
using gcm_tag = std::array<std::uint8_t, gcm_tag_size>;

namespace detail {
struct cipher_context_free {
    void operator()(evp_cipher_ctx_st* context) const noexcept;
};
using cipher_context = std::unique_ptr<evp_cipher_ctx_st, cipher_context_free>;
} // namespace detail

// One message. Throws crypto::error on a key or iv of the wrong length, when `out` is not exactly
// as long as `in`, and on any use after finish(). An iv must never be used twice with one key.
class gcm_encryptor {
  public:
    gcm_encryptor(std::span<const std::uint8_t> key, std::span<const std::uint8_t> iv);

    // `out` may be `in` itself, but not overlap it otherwise.
    void update(std::span<const std::uint8_t> in, std::span<std::uint8_t> out);
    gcm_tag finish();

  private:
    detail::cipher_context context_;
};

// The same backwards. What update() gives must not be let out before finish() said true.
class gcm_decryptor {
  public:
    gcm_decryptor(std::span<const std::uint8_t> key, std::span<const std::uint8_t> iv);

    void update(std::span<const std::uint8_t> in, std::span<std::uint8_t> out);
    // False: the tag is wrong, key, iv or ciphertext are not those it was made with.
    bool finish(std::span<const std::uint8_t> tag);

  private:
    detail::cipher_context context_;
};

// iv (fresh, random) || ciphertext || tag. Throws crypto::error unless the key has 32 bytes.
bytes seal(std::span<const std::uint8_t> key, std::span<const std::uint8_t> plain);

// Back from seal(); nullopt when too short or not made with this key. Throws crypto::error unless
// the key has 32 bytes.
std::optional<secret> open(std::span<const std::uint8_t> key, std::span<const std::uint8_t> sealed);

} // namespace kinvault::crypto
