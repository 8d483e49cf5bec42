// What the S3 client and store need to know; the server fills it from the settings.
#pragma once

#include "storage/blob/s3/http_connection.hpp"
#include "storage/blob/s3/signer.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>

namespace kinvault::blob::s3 {

struct options {
    std::string endpoint_url; ///< http://host[:port][/path] or https://…
    std::string region = "us-east-1";
    std::string bucket;
    key_pair keys; ///< empty: from the environment, or the container's or instance's role
    /// http://host/bucket/key; else http://bucket.host/key.
    bool path_style = true;
    std::filesystem::path ca_file; ///< empty: the certificates of the system

    /// Bytes; larger objects are sent in parts of this size. S3: 5 MiB to 5 GiB, at most 10,000.
    std::size_t part_size = 8 << 20;
    /// Parts that one upload holds in memory, the one that is being filled included.
    std::size_t parts_in_flight = 3;
    /// Bytes that all uploads hold together; further ones wait.
    std::size_t upload_memory = 96 << 20;

    http_timeouts timeouts;
    int attempts = 4;                           ///< of each request, the first included
    std::chrono::milliseconds first_pause{100}; ///< between attempts, doubled each time, then drawn
    std::chrono::milliseconds longest_pause{3'000};
    /// After that no further attempt begins.
    std::chrono::milliseconds patience{45'000};
};

} // namespace kinvault::blob::s3
