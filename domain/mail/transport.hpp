// The way to a mail server, as the postman sees it; server/mail/smtp.hpp is the one there is.
#pragma once

#include "crypto/bytes.hpp"
#include "storage/async.hpp"

#include <string>

namespace kinvault::domain::mail {

/// A mail and its envelope (RFC 5321, section 2.3.1).
struct envelope {
    std::string to;
    crypto::secret content; ///< lines end with CRLF
};

enum class outcome {
    taken,       ///< the mail server has it, and is responsible for it
    put_off,     ///< it does not take this mail now (4xx), or it is not known whether it did
    refused,     ///< it will never take this mail (5xx)
    out_of_reach ///< nothing was tried: no connection, no TLS, no login, a sender it does not take
};

struct delivery {
    outcome what = outcome::taken;
    std::string why; ///< for the log: holds no address and nothing of the mail
};

class transport {
  public:
    virtual ~transport() = default;
    /// Does not throw for what a mail server can do, and comes to an end before a lease of the
    /// outbox does.
    virtual task<delivery> send(envelope what) = 0;
};

} // namespace kinvault::domain::mail
