// Hashing and verifying on the workers, so that logins never stall the event loop. Used by the auth
// service, which hands passwords over as `password` and keeps no other copy.
#pragma once

#include "crypto/bytes.hpp"
#include "crypto/password.hpp"
#include "storage/workers.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kinvault::domain::auth {

/// A password or what a client sends in its place; wiped with its last owner. Shared, since a
/// worker may still read it when whoever waited for the result has been cancelled.
using password = std::shared_ptr<crypto::secret const>;

class passwords {
  public:
    /// Takes as long as one hash: makes what unknown accounts are verified against.
    passwords(workers& pool, crypto::password_options options);

    task<std::string> hash(password given);

    /// Whether the password fits `stored`. A wrong one takes as long as one for no account at all
    /// (`stored` is nothing); with `mixed` also when the hashes in use are of both schemes, whose
    /// times differ: then a wrong one is verified under each.
    task<bool> verify(password given, std::optional<std::string> stored, bool mixed);

    /// Whether a hash of another scheme or cost should be replaced at the next login.
    bool is_dated(std::string_view stored) const;
    /// Whether today's scheme is the one that the original system can verify too.
    bool makes_bcrypt() const { return options_.scheme == crypto::password_scheme::bcrypt; }
    /// How hashes of today's scheme begin, as a pattern for LIKE.
    std::string_view scheme_pattern() const;

  private:
    workers& pool_;
    crypto::password_options options_;
    std::string dummy_;       ///< of today's scheme; nobody knows its password
    std::string other_dummy_; ///< of the other one
};

} // namespace kinvault::domain::auth
