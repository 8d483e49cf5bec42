#include "storage/blob/s3/upload.hpp"

#include "crypto/encoding.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <cstring>

namespace kinvault::blob::s3 {

namespace {

/// Objects up to this size need no share of the memory that uploads have together, so that small
/// files do not wait for large ones.
constexpr std::size_t small_size = 64 << 10;
constexpr std::size_t most_parts = 10'000; // Amazon S3 User Guide, "multipart upload limits"

/// Adds the part to the checksum of the whole and gives its own, in steps that stay in the cache.
std::string hash_both(std::span<std::uint8_t const> bytes, crypto::sha256& whole) {
    constexpr std::size_t step = 64 << 10;
    crypto::sha256 own;
    while (!bytes.empty()) {
        auto const piece = bytes.first(std::min(step, bytes.size()));
        whole.update(piece);
        own.update(piece);
        bytes = bytes.subspan(piece.size());
    }
    return crypto::hex_encode(own.finish());
}

} // namespace

task<void> upload::write(std::span<std::uint8_t const> chunk) {
    size_ += chunk.size();
    while (!chunk.empty()) {
        rethrow();
        if (room() == 0) {
            co_await make_room();
        }
        auto const count = std::min(room(), chunk.size());
        std::memcpy(filling_->data() + filled_, chunk.data(), count);
        filled_ += count;
        chunk = chunk.subspan(count);
    }
}

/// A full part is sent when there is more to come, and not before: it may be all there is.
task<void> upload::make_room() {
    auto const& settings = core_->client.settings();
    if (filling_ && filling_->size() == settings.part_size) {
        co_await dispatch();
        while (in_flight_ + 1 > settings.parts_in_flight && !error_) {
            co_await changed_.wait();
        }
        rethrow();
    }
    co_await grow();
}

/// Room for a part, or for a small object in the beginning. The parts that are under way end
/// without any further memory, so waiting here for some cannot last for ever.
task<void> upload::grow() {
    auto const part_size = core_->client.settings().part_size;
    auto const small = std::min(small_size, part_size);
    bool const first = !filling_ && parts_.empty();
    auto const size = first ? small : part_size;
    if (!first) {
        lease_ = co_await core_->memory.acquire(part_size);
    }
    auto larger = std::make_shared<pages>(size);
    if (filled_ > 0) std::memcpy(larger->data(), filling_->data(), filled_);
    filling_ = std::move(larger);
}

/// Sends the part that was filled, in the background.
task<void> upload::dispatch() {
    if (parts_.size() == most_parts)
        throw store_error(key_ + " needs more than 10,000 parts; enlarge S3_PART_SIZE");
    if (id_.empty()) {
        id_ = co_await core_->client.create_upload(key_);
    }
    parts_.emplace_back();
    auto const number = static_cast<int>(parts_.size());
    ++in_flight_;
    auto sending =
        send_part(shared_from_this(), number, std::move(filling_), filled_, std::move(lease_));
    filled_ = 0;
    asio::co_spawn(loop_, std::move(sending),
                   asio::bind_cancellation_slot(stop_.emplace_back().slot(), asio::detached));
}

task<void> upload::send_part(std::shared_ptr<upload> self, int number, std::shared_ptr<pages> data,
                             std::size_t size, [[maybe_unused]] memory_budget::lease memory) {
    try {
        co_await self->send(number, std::move(data), size);
    } catch (...) {
        if (!self->error_) self->error_ = std::current_exception();
    }
    memory = {};
    --self->in_flight_;
    self->changed_.notify();
}

/// Both checksums on a worker, those of the whole object part by part in their order.
task<void> upload::send(int number, std::shared_ptr<pages> data, std::size_t size) {
    while (next_hash_ != number && !error_) {
        co_await changed_.wait();
    }
    rethrow();
    std::span<std::uint8_t const> const bytes(data->data(), size);
    auto job = [data, bytes, whole = whole_] { return hash_both(bytes, *whole); };
    auto sha256 = co_await core_->pool.run(std::move(job));
    ++next_hash_;
    changed_.notify();
    auto etag = co_await core_->client.upload_part(key_, id_, number, bytes, std::move(sha256));
    parts_[static_cast<std::size_t>(number) - 1] = {number, std::move(etag), size};
}

task<written> upload::finish() {
    rethrow();
    written result;
    if (parts_.empty()) {
        result = co_await put_whole();
    } else {
        co_await complete();
        result = {size_, crypto::hex_encode(whole_->finish())};
    }
    ended_ = true;
    co_return result;
}

task<written> upload::put_whole() {
    std::span<std::uint8_t const> const bytes(filling_ ? filling_->data() : nullptr, filled_);
    auto job = [data = filling_, bytes, whole = whole_] {
        whole->update(bytes);
        return crypto::hex_encode(whole->finish());
    };
    written result{size_, {}};
    if (bytes.size() > small_size) {
        result.sha256 = co_await core_->pool.run(std::move(job));
    } else {
        result.sha256 = job(); // takes less time than handing it over
    }
    co_await core_->client.put_object(key_, bytes, result.sha256);
    lease_ = {};
    filling_ = nullptr;
    co_return result;
}

task<void> upload::complete() {
    if (filled_ > 0) {
        co_await dispatch();
    }
    while (in_flight_ > 0) {
        co_await changed_.wait();
    }
    rethrow();
    std::exception_ptr lost;
    try {
        co_await core_->client.complete_upload(key_, id_, parts_);
    } catch (failure const& refusal) {
        // An attempt whose answer was lost may have completed it.
        if (refusal.code() != "NoSuchUpload") throw;
        lost = std::current_exception();
    }
    if (!lost) co_return;
    auto const stored = co_await core_->client.head_object(key_);
    if (stored != size_) std::rethrow_exception(lost);
}

task<void> upload::abort() {
    ended_ = true;
    for (auto& signal : stop_) signal.emit(asio::cancellation_type::terminal);
    if (!error_) error_ = std::make_exception_ptr(store_error("the upload was given up"));
    changed_.notify();
    filling_ = nullptr;
    lease_ = {};
    // A part that comes in after the abort would stay (Amazon S3 API Reference).
    while (in_flight_ > 0) {
        co_await changed_.wait();
    }
    if (id_.empty()) co_return;
    co_await core_->client.abort_upload(key_, id_);
}

} // namespace kinvault::blob::s3
