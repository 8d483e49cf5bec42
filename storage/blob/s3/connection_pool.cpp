#include "storage/blob/s3/connection_pool.hpp"

#include <algorithm>

namespace kinvault::blob::s3 {

namespace {

/// S3 closes idle connections after some 20 seconds; to meet one just then costs a retry.
constexpr std::chrono::seconds longest_idle{15};
constexpr std::size_t most_idle = 32;

} // namespace

std::unique_ptr<http_connection> connection_pool::take() {
    drop_old();
    while (!idle_.empty()) {
        auto connection = std::move(idle_.back().connection);
        idle_.pop_back();
        if (!connection->gone()) return connection;
    }
    return nullptr;
}

void connection_pool::put(std::unique_ptr<http_connection> connection) {
    drop_old();
    if (!connection || !connection->reusable()) return;
    if (idle_.size() == most_idle) idle_.erase(idle_.begin());
    idle_.push_back({std::move(connection), std::chrono::steady_clock::now()});
}

void connection_pool::drop_old() {
    auto const oldest = std::chrono::steady_clock::now() - longest_idle;
    auto const young = std::find_if(idle_.begin(), idle_.end(),
                                    [&](auto const& one) { return one.since > oldest; });
    idle_.erase(idle_.begin(), young);
}

} // namespace kinvault::blob::s3
