// One connection to an HTTP server: sends a request whose body is in memory and streams the
// answer's. Used by the S3 client and by the sources of temporary keys. Beast and TLS stay behind
// it.
//
// Every wait has a deadline; nothing is retried here. One request at a time.
#pragma once

#include "storage/async.hpp"
#include "storage/blob/s3/signer.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace kinvault::blob::s3 {

/// The other side could not be reached, did not speak in time, or went away.
class transport_error : public std::runtime_error {
  public:
    enum class kind { connect, certificate, timeout, broken };

    /// `answered`: at least the head of an answer has come.
    transport_error(kind what, std::string const& text, bool answered = false)
        : std::runtime_error(text)
        , kind_(what)
        , answered_(answered) {}

    kind what_kind() const noexcept { return kind_; }
    bool answered() const noexcept { return answered_; }

  private:
    kind kind_;
    bool answered_;
};

struct http_timeouts {
    std::chrono::milliseconds connect{5'000}; ///< name look-up; connecting; TLS: each
    std::chrono::milliseconds answer{30'000}; ///< from the end of the request to the head
    std::chrono::milliseconds stall{20'000};  ///< without a byte of a body, either way
};

struct http_request {
    std::string method;
    std::string target;
    pairs headers; ///< with host; content-length is added
    std::span<std::uint8_t const> body;
};

struct http_head {
    int status = 0;
    pairs headers;                       ///< names in lower case
    std::optional<std::uint64_t> length; ///< bytes of the body where the head says it

    /// The first field of this name (in lower case), or empty.
    std::string_view field(std::string_view name) const noexcept;
};

/// Which certificates are believed.
class tls_settings;

/// The certificates of the system, or those in `ca_file` when it is not empty. Reads files, so it
/// is for the start. Throws std::runtime_error that names the file.
std::shared_ptr<tls_settings> make_tls_settings(std::filesystem::path const& ca_file);

class http_connection {
  public:
    virtual ~http_connection() = default;
    /// Sends the request and gives the head of the answer; the body has to be read next. When the
    /// server answers before it has taken all of the request, that is the answer.
    virtual task<http_head> exchange(http_request const& request) = 0;
    /// Bytes of the body in the front of `into` (not empty); 0 at its end. Throws transport_error
    /// for a body that ends early.
    virtual task<std::size_t> read_body(std::span<std::uint8_t> into) = 0;
    /// The answer is read to its end and another request may follow.
    virtual bool reusable() const noexcept = 0;
    /// Not reusable after all: the server has closed it meanwhile.
    virtual bool gone() noexcept = 0;
};

/// Connects; for TLS the certificate must be that of `host`. `tls` is null for plain HTTP, and
/// outlives the connection. "localhost" and names below it are this machine (RFC 6761).
task<std::unique_ptr<http_connection>> http_connect(std::string host, std::string port,
                                                    std::shared_ptr<tls_settings> tls,
                                                    http_timeouts timeouts);

/// The rest of a body as text; throws transport_error when it is longer than `most` bytes.
task<std::string> read_rest(http_connection& connection, std::size_t most);

} // namespace kinvault::blob::s3
