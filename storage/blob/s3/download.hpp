// An object on its way out of S3. A connection that breaks is replaced by one that goes on where it
// broke, if the object is still the same. Used by the S3 store.
#pragma once

#include "storage/blob/s3/core.hpp"
#include "storage/blob/store.hpp"

#include <memory>
#include <string>

namespace kinvault::blob::s3 {

class download final : public reader {
  public:
    /// `stream` begins at `position` of the object; null when there is nothing to read.
    download(std::shared_ptr<core> with, std::string key, std::unique_ptr<object_stream> stream,
             std::uint64_t size, std::uint64_t position, std::uint64_t end)
        : core_(std::move(with))
        , key_(std::move(key))
        , size_(size)
        , position_(position)
        , end_(end)
        , stream_(std::move(stream))
        , etag_(stream_ ? stream_->etag() : std::string()) {}

    std::uint64_t size() const override { return size_; }
    task<std::size_t> read_some(std::span<std::uint8_t> into) override;

  private:
    task<void> reopen();

    std::shared_ptr<core> const core_;
    std::string const key_;
    std::uint64_t const size_;
    std::uint64_t position_;
    std::uint64_t const end_;
    std::unique_ptr<object_stream> stream_; ///< its pool of connections is core_'s
    std::string const etag_;
    int breaks_ = 0; ///< without a byte in between
};

/// Throws blob_missing.
task<std::unique_ptr<reader>> open_download(std::shared_ptr<core> with, std::string key,
                                            std::optional<byte_range> range);

} // namespace kinvault::blob::s3
