// A request of the client before it is signed, and what came of it. Used by client.cpp and
// exchange.cpp only.
#pragma once

#include "storage/blob/s3/client.hpp"

#include <exception>

namespace kinvault::blob::s3 {

/// May be sent any number of times: all of S3's requests here may be repeated.
struct client::call {
    std::string method;
    std::string path;  ///< encoded
    std::string doing; ///< for messages: "PUT org/item/file"
    pairs query;
    pairs headers;
    std::span<std::uint8_t const> body;
    std::string sha256 = empty_payload_hash; ///< of the body
};

struct client::result {
    std::unique_ptr<http_connection> connection; ///< of a streamed answer
    http_head head;
    std::string body; ///< of all others
    std::exception_ptr problem;
    bool stale = false;     ///< an idle connection had been closed: take a new one
    bool transient = false; ///< worth another attempt
    std::string expired;    ///< the access key that the server does not believe any more
};

} // namespace kinvault::blob::s3
