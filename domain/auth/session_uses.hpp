// When sessions were last used, kept in memory until a job writes it down: a request that only
// reads costs no write. Used by the auth service.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace kinvault::domain::auth {

/// Holds sessions that live only, so it is never larger than their number.
class session_uses {
  public:
    /// One entry for each session, for a statement.
    struct batch {
        std::vector<std::string> tokens; ///< SHA-256 (hex)
        std::vector<std::int64_t> times; ///< seconds since 1970
        bool empty() const { return tokens.empty(); }
    };

    /// The session was used at this moment, in seconds since 1970.
    void note(std::string const& token_hash, std::int64_t now) { latest_[token_hash] = now; }
    /// Some that are not written yet, at most `most` of them; they stay until `written`.
    batch pending(std::size_t most) const;
    /// Forgets what has been written, but not what came after it.
    void written(batch const& what);

  private:
    std::unordered_map<std::string, std::int64_t> latest_;
};

} // namespace kinvault::domain::auth
