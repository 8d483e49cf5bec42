// The keys the server itself holds for version 1 (legacy) data: one master key made from
// SECRET_KEY, and one key an organization, stored wrapped under it in
// organizations.encryption_key_enc. Used by registration and by items and files of encryption
// version 1.
#pragma once

#include "crypto/bytes.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kinvault::crypto {

// 32 bytes that encrypt the fields and files of one organization.
class organization_key {
  public:
    // Throws crypto::error unless `key` has 32 bytes.
    explicit organization_key(secret key);

    // base64(iv(12) || tag(16) || ciphertext); empty stays empty.
    std::string encrypt_field(std::string_view plain) const;
    // Back from encrypt_field(). A value that does not decrypt is plain text from before encryption
    // was introduced and is returned as it is; empty stays empty.
    std::string decrypt_field(std::string_view stored) const;

    // For the file streams; valid as long as this object.
    std::span<const std::uint8_t> key() const noexcept { return key_.view(); }

  private:
    secret key_;
};

class master_key {
  public:
    // HKDF-SHA-256 of the text with the salt and info existing installations use. Throws
    // crypto::error when the text is empty; how long it has to be is for the settings to say.
    explicit master_key(std::string_view secret_key);

    // A fresh organization key as base64(iv(12) || ciphertext || tag(16)), to be stored.
    std::string wrap_new_organization_key() const;
    // A key that is there, wrapped anew and in the same form.
    std::string wrap(organization_key const& key) const;
    // nullopt: not a wrapped key, or wrapped under another SECRET_KEY.
    std::optional<organization_key> unwrap(std::string_view encryption_key_enc) const;

  private:
    secret key_;
};

} // namespace kinvault::crypto
