// Connections to the S3 server that wait for their next request. Used by the client.
#pragma once

#include "storage/blob/s3/http_connection.hpp"

#include <chrono>
#include <memory>
#include <vector>

namespace kinvault::blob::s3 {

class connection_pool {
  public:
    /// The one that was used last, or null; such as the server has closed are dropped.
    std::unique_ptr<http_connection> take();
    /// Keeps the connection if another request may follow on it.
    void put(std::unique_ptr<http_connection> connection);

    std::size_t size() const noexcept { return idle_.size(); }

  private:
    struct idle {
        std::unique_ptr<http_connection> connection;
        std::chrono::steady_clock::time_point since;
    };

    void drop_old();

    std::vector<idle> idle_; ///< oldest first
};

} // namespace kinvault::blob::s3
