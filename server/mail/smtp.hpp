// Hands mail to a mail server by SMTP (RFC 5321) through libcurl: plain, STARTTLS (RFC 3207) or TLS
// from the start (RFC 8314). Used by the application for the postman, and by `kinvault mail`.
//
// libcurl's easy interface blocks, so it works on a thread of its own; one mail at a time.
#pragma once

#include "config/settings.hpp"
#include "domain/mail/transport.hpp"
#include "storage/workers.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

namespace kinvault {

enum class smtp_security {
    none,
    starttls, ///< or nothing is sent
    tls       ///< from the start
};

struct smtp_options {
    std::string host;
    std::uint16_t port = 587;
    std::string user; ///< empty: no login
    std::string password;
    std::string from; ///< the address mails are sent from, and bounces go to
    smtp_security security = smtp_security::starttls;
    std::string ca_file; ///< empty: the system's
    /// A mail server may think for long (RFC 5321, section 4.5.3.2 has minutes). An attempt takes
    /// `timeout` at most, and `reply_timeout` for QUIT: less than the lease of the outbox.
    std::chrono::seconds connect_timeout{30};
    std::chrono::seconds reply_timeout{90};
    std::chrono::seconds timeout{180};
};

/// `sender` is the address in SMTP_FROM.
smtp_options smtp_options_of(config::settings const& from, std::string sender);

class smtp final : public domain::mail::transport {
  public:
    explicit smtp(smtp_options options);
    ~smtp() override;
    smtp(smtp const&) = delete;
    smtp& operator=(smtp const&) = delete;

    task<domain::mail::delivery> send(domain::mail::envelope what) override;
    /// Breaks off what is not done by then, now at the earliest: for a server that stops.
    void end_by(std::chrono::steady_clock::time_point when);

  private:
    class client;

    std::unique_ptr<client> client_;
    workers thread_;
};

} // namespace kinvault
