// AWS Signature Version 4 for S3, as a pure function of the request, the keys and the time. Used by
// the client for each request that it sends.
//
// Source: Amazon S3 API Reference, "Authenticating Requests: Using the Authorization Header".
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kinvault::blob::s3 {

/// Names and values; for header fields the names are in lower case.
using pairs = std::vector<std::pair<std::string, std::string>>;

struct key_pair {
    std::string access_key;
    std::string secret_key;
    std::string session_token; ///< empty unless the keys are temporary
};

/// What a signature covers.
struct signable {
    std::string method;
    std::string path;         ///< as it is sent: from the slash on, encoded, without a query
    pairs query;              ///< not encoded, in any order
    pairs headers;            ///< all of them are signed; `host` must be among them
    std::string payload_hash; ///< lower-case hex SHA-256 of the body, or "UNSIGNED-PAYLOAD"
};

/// SHA-256 of nothing.
inline constexpr char empty_payload_hash[] =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// "a=1&b=", encoded and in the order that signatures need; may be sent as it is.
std::string canonical_query(pairs query);

/// Adds x-amz-date, x-amz-content-sha256, x-amz-security-token (for temporary keys) and
/// authorization to the headers of `what`.
void sign(signable& what, key_pair const& keys, std::string_view region,
          std::chrono::system_clock::time_point now);

/// The 64 hex digits; `what` has the fields that sign() adds. Separate for tests, which know
/// signatures of other services too.
std::string signature(signable const& what, key_pair const& keys, std::string_view region,
                      std::string_view time, std::string_view service = "s3");

/// "20130524T000000Z".
std::string amz_time(std::chrono::system_clock::time_point when);

} // namespace kinvault::blob::s3
