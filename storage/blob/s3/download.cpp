#include "storage/blob/s3/download.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>

namespace kinvault::blob::s3 {

namespace {

constexpr int most_breaks = 3;

using interval = std::pair<std::uint64_t, std::uint64_t>;

/// First and last byte; S3 takes no more than 63 bits.
interval included(byte_range const& range) {
    auto const room = std::numeric_limits<std::int64_t>::max() - range.first;
    return {range.first, range.first + std::min<std::uint64_t>(range.length, room) - 1};
}

/// For a range that has no byte of the object.
task<std::unique_ptr<reader>> open_empty(std::shared_ptr<core> with, std::string key) {
    auto const size = co_await with->client.head_object(key);
    if (!size) throw blob_missing(key);
    co_return std::make_unique<download>(std::move(with), std::move(key), nullptr, *size, 0, 0);
}

} // namespace

task<std::size_t> download::read_some(std::span<std::uint8_t> into) {
    while (position_ < end_) {
        if (!stream_) {
            co_await reopen();
        }
        auto const piece = into.first(std::min<std::uint64_t>(into.size(), end_ - position_));
        std::size_t count = 0;
        std::string problem = "the answer ended early";
        try {
            count = co_await stream_->read_some(piece);
        } catch (transport_error const& error) {
            problem = error.what();
        }
        position_ += count;
        // At the end the connection is free for the next request.
        if (count == 0 || position_ == end_) stream_ = nullptr;
        if (count > 0) {
            breaks_ = 0;
            co_return count;
        }
        if (++breaks_ > most_breaks)
            throw store_error("S3 server " + core_->client.where().server + " breaks off at byte " +
                              std::to_string(position_) + " of " + key_ + ": " + problem);
        spdlog::warn("reading {} goes on at byte {}: {}", key_, position_, problem);
    }
    co_return 0;
}

task<void> download::reopen() {
    interval const rest{position_, end_ - 1};
    std::exception_ptr changed;
    try {
        stream_ = co_await core_->client.get_object(key_, rest, etag_);
    } catch (failure const& refusal) {
        if (refusal.status() != 412) throw;
        changed = std::current_exception();
    }
    if (changed || (stream_ && stream_->size() != size_))
        throw store_error(key_ + " has changed while it was read");
    if (!stream_) throw blob_missing(key_);
}

task<std::unique_ptr<reader>> open_download(std::shared_ptr<core> with, std::string key,
                                            std::optional<byte_range> range) {
    std::optional<interval> wanted;
    bool empty = range && (range->length == 0 ||
                           range->first > std::uint64_t(std::numeric_limits<std::int64_t>::max()));
    if (range && !empty) wanted = included(*range);
    std::unique_ptr<object_stream> stream;
    std::string const no_condition;
    try {
        if (!empty) {
            stream = co_await with->client.get_object(key, wanted, no_condition);
        }
    } catch (failure const& refusal) {
        if (refusal.status() != 416) throw;
        empty = true;
    }
    if (empty) {
        auto result = co_await open_empty(std::move(with), std::move(key));
        co_return result;
    }
    if (!stream) throw blob_missing(key);
    auto const size = stream->size();
    auto const first = wanted ? wanted->first : 0;
    auto const end = wanted ? std::min(wanted->second + 1, size) : size;
    co_return std::make_unique<download>(std::move(with), std::move(key), std::move(stream), size,
                                         first, end);
}

} // namespace kinvault::blob::s3
