// Reads a version-1 object: ciphertext with its tag behind it (DATA, section 2). Used by the files
// service, which reads every such object to its end before it gives out anything, and by `verify`.
#pragma once

#include "domain/files/service.hpp"

#include <stdexcept>

namespace kinvault::domain::files {

/// An object that is not what its row says.
class damaged : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

class plain_reader final : public outgoing {
  public:
    /// Throws `damaged` when size, iv or tag cannot be those of the object.
    plain_reader(std::unique_ptr<blob::reader> source, crypto::organization_key const& key,
                 content_row const& row);

    /// The last bytes are given only if the tag is right; else throws `damaged`.
    task<std::size_t> read_some(std::span<std::uint8_t> into) override;

  private:
    /// Behind the ciphertext: the tag of the content, and the one the object ends with.
    task<void> check_end();

    std::unique_ptr<blob::reader> source_;
    crypto::gcm_decryptor decryptor_;
    crypto::bytes tag_;
    std::uint64_t left_;
};

} // namespace kinvault::domain::files
