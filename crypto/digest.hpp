// SHA-256 (FIPS 180-4), at once or in pieces, and HMAC-SHA-256 (RFC 2104).
// Used for token digests in the database, file checksums, migrations and S3 signatures.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace kinvault::crypto {

using sha256_digest = std::array<std::uint8_t, 32>;

// Fed in pieces of any size, empty ones too. A copy goes on from where the original was. Throws
// crypto::error when OpenSSL fails.
class sha256 {
  public:
    sha256();
    sha256(sha256 const& other);
    sha256& operator=(sha256 const&) = delete;

    void update(std::span<const std::uint8_t> data);
    void update(std::string_view text);
    // The digest of all that was fed; the object then starts anew.
    sha256_digest finish();

  private:
    struct context_free {
        void operator()(evp_md_ctx_st* context) const noexcept;
    };
    std::unique_ptr<evp_md_ctx_st, context_free> context_;
};

// 64 lower-case hexadecimal characters.
std::string sha256_hex(std::string_view text);

sha256_digest hmac_sha256(std::span<const std::uint8_t> key, std::span<const std::uint8_t> data);

} // namespace kinvault::crypto
