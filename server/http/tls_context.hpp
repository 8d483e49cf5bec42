// The certificate the server shows, and by which rules it speaks TLS: 1.2 and 1.3 with the ciphers
// of Mozilla's "intermediate" recommendation. Files are read again while the server runs. Used by
// the server's listeners; made before processes fork, so that all of them resume a session.
#pragma once

#include "crypto/bytes.hpp"
#include "storage/async.hpp"

#include <array>
#include <ctime>
#include <filesystem>
#include <memory>
#include <openssl/ssl.h>
#include <string>
#include <sys/types.h>

namespace kinvault {
class workers;
}

namespace kinvault::http {

/// PEM files: the certificate with the chain behind it, and its private key without a password.
struct tls_files {
    std::filesystem::path certificate;
    std::filesystem::path key;
};

class tls_context {
  public:
    /// Reads the files. Throws std::runtime_error with one clear line.
    explicit tls_context(tls_files files);
    tls_context(tls_context const&) = delete;
    tls_context& operator=(tls_context const&) = delete;

    /// The rules for a new connection, which keeps them alive by itself.
    SSL_CTX* current() const { return current_.get(); }

    /// Reads the files again when they have changed, or in any case with `force`. What cannot be
    /// used leaves everything as it is, with one line in the log a change. The files are read on
    /// `pool`.
    task<void> refresh(workers& pool, bool force);

  private:
    struct release {
        void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    };
    using context = std::unique_ptr<SSL_CTX, release>;
    /// What tells one version of a file from the next.
    struct stamp {
        dev_t device = 0;
        ino_t inode = 0;
        off_t size = 0;
        timespec modified{};
        bool operator==(stamp const& other) const;
    };
    using stamps = std::array<stamp, 2>;
    struct loaded {
        context rules;
        std::string problem; ///< empty when `rules` is there
        std::string expiry;  ///< of the certificate, as text
    };

    static stamps stamps_of(tls_files const& files);
    static loaded load(tls_files const& files);
    void renew_ticket_keys(std::time_t now);

    tls_files files_;
    context current_;
    stamps seen_;
    crypto::secret ticket_seed_;
    std::time_t ticket_period_ = 0;
};

} // namespace kinvault::http
