// Texts that lie in the database for a while and must not be read there, sealed under a key of
// their own made from SECRET_KEY. Used by the outbox of mails.
#pragma once

#include "crypto/bytes.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kinvault::crypto {

class sealing_key {
  public:
    // HKDF-SHA-256 of the secret; another `purpose` makes another key. Throws crypto::error when
    // the secret is empty.
    sealing_key(std::string_view secret_key, std::string_view purpose);

    // base64(iv(12) || AES-256-GCM ciphertext || tag(16)).
    std::string seal(std::string_view plain) const;
    // nullopt: not sealed, or under another key.
    std::optional<secret> open(std::string_view sealed) const;

  private:
    secret key_;
};

} // namespace kinvault::crypto
