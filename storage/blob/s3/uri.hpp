// Addresses of S3: the endpoint of the settings, and the percent-encoding that signatures need.
// Used by the signer and the client.
#pragma once

#include <string>
#include <string_view>

namespace kinvault::blob::s3 {

/// Percent-encodes all but the unreserved characters of RFC 3986, with upper-case digits, as
/// Signature Version 4 wants it; '/' stays as it is with `keep_slash`.
std::string uri_encode(std::string_view text, bool keep_slash = false);

/// The reverse; '+' stays and what is no escape stays as it is.
std::string uri_decode(std::string_view text);

/// Where the server listens.
struct endpoint {
    bool tls = false;
    std::string host;   ///< name or address, IPv6 without brackets
    std::string port;   ///< digits
    std::string prefix; ///< path before bucket and key, encoded; no slash at its end, may be empty

    /// "http://host:port/prefix", for messages.
    std::string text() const;
    /// What goes into the Host field, with `subdomain` (a bucket, or empty) before it; without the
    /// port when that is the usual one.
    std::string authority(std::string_view subdomain = {}) const;
};

/// Throws std::invalid_argument unless `url` is http://host[:port][/path] or https://….
endpoint parse_endpoint(std::string_view url);

} // namespace kinvault::blob::s3
