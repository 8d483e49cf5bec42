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
/// Bytes that go to a worker at once, for their checksums: handing them over must not count.
constexpr std::size_t hash_step = 1 << 20;
constexpr std::size_t most_parts = 10'000; // Amazon S3 User Guide, "multipart upload limits"

/// Adds to the whole object's checksum and to the part's if it has one of its own, in steps that
/// stay in the cache.
void add_to(std::span<std::uint8_t const> bytes, crypto::sha256& whole, crypto::sha256* own) {
    constexpr std::size_t step = 16 << 10;
    while (!bytes.empty()) {
        auto const piece = bytes.first(std::min(step, bytes.size()));
        whole.update(piece);
        if (own) own->update(piece);
        bytes = bytes.subspan(piece.size());
    }
}

} // namespace

task<void> upload::write(std::span<std::uint8_t const> chunk) {
    size_ += chunk.size();
    if (size_ > at_most_) throw std::length_error("more was written than was announced");
    while (!chunk.empty()) {
        rethrow();
        if (room() == 0) {
            co_await make_room();
        }
        auto const count = std::min(room(), chunk.size());
        put_in(chunk.first(count));
        chunk = chunk.subspan(count);
    }
}

void upload::put_in(std::span<std::uint8_t const> bytes) {
    auto& part = *filling_;
    std::memcpy(part.data->data() + part.filled, bytes.data(), bytes.size());
    part.filled += bytes.size();
    if (part.number == 0 || part.filled - announced_ < hash_step) return;
    announced_ = part.filled;
    changed_.notify();
}

/// A full part is sent when there is more to come, and not before: it may be all there is.
task<void> upload::make_room() {
    auto const& settings = core_->client.settings();
    if (!filling_ && (at_most_ <= small_size || at_most_ == store::any_size)) {
        filling_ = std::make_shared<section>();
        filling_->data = std::make_shared<pages>(std::min(small_size, settings.part_size));
        co_return;
    }
    if (filling_ && filling_->number > 0) {
        if (parts_.size() == most_parts)
            throw store_error(key_ + " needs more than 10,000 parts; enlarge S3_PART_SIZE");
        if (id_.empty()) {
            id_ = co_await core_->client.create_upload(key_);
        }
        close_section();
        while (under_way_ >= settings.parts_in_flight && !error_) {
            co_await changed_.wait();
        }
        rethrow();
    }
    co_await begin_section();
}

/// The parts that are under way end without any further memory, so waiting here for some cannot
/// last for ever.
task<void> upload::begin_section() {
    auto next = std::make_shared<section>();
    auto const part_size = core_->client.settings().part_size;
    bool const alone = at_most_ < part_size;
    auto const size = alone ? static_cast<std::size_t>(at_most_) : part_size;
    next->memory = co_await core_->memory.acquire(size);
    next->data = alone ? std::make_shared<pages>(size) : core_->parts.take();
    if (filling_) {
        std::memcpy(next->data->data(), filling_->data->data(), filling_->filled);
        next->filled = filling_->filled;
    }
    parts_.emplace_back();
    next->number = static_cast<int>(parts_.size());
    filling_ = std::move(next);
    announced_ = 0;
    ++under_way_;
    auto running = run(shared_from_this(), filling_);
    asio::co_spawn(loop_, std::move(running),
                   asio::bind_cancellation_slot(stop_.emplace_back().slot(), asio::detached));
}

void upload::close_section() {
    filling_->closed = true;
    filling_ = nullptr;
    changed_.notify();
}

task<void> upload::run(std::shared_ptr<upload> self, std::shared_ptr<section> what) {
    try {
        co_await self->send(*what);
        self->core_->parts.put(std::move(what->data));
    } catch (...) {
        if (!self->error_) self->error_ = std::current_exception();
    }
    what->data = nullptr;
    what->memory = {};
    --self->under_way_;
    self->changed_.notify();
}

task<void> upload::send(section& what) {
    auto sha256 = co_await checksum(what);
    std::span<std::uint8_t const> const bytes(what.data->data(), what.filled);
    std::string etag;
    if (id_.empty()) {
        co_await core_->client.put_object(key_, bytes, std::move(sha256));
    } else {
        etag = co_await core_->client.upload_part(key_, id_, what.number, bytes, std::move(sha256));
    }
    parts_[static_cast<std::size_t>(what.number) - 1] = {what.number, std::move(etag), what.filled};
}

/// The part's own checksum, and it goes into that of the whole object, on a worker: while the part
/// is filled, parts in their order. The first part's is the whole object's so far.
task<std::string> upload::checksum(section& what) {
    while (next_hash_ != what.number && !error_) {
        co_await changed_.wait();
    }
    auto const own = what.number == 1 ? nullptr : std::make_shared<crypto::sha256>();
    for (std::size_t hashed = 0; hashed < what.filled || !what.closed;) {
        rethrow();
        auto const ready = what.filled - hashed;
        if (ready == 0 || (ready < hash_step && !what.closed)) {
            co_await changed_.wait();
            continue;
        }
        std::span<std::uint8_t const> const bytes(what.data->data() + hashed, ready);
        auto job = [data = what.data, bytes, whole = whole_, own] {
            add_to(bytes, *whole, own.get());
        };
        co_await core_->pool.run(std::move(job));
        hashed += ready;
    }
    rethrow();
    auto digest = own ? *own : *whole_;
    ++next_hash_;
    changed_.notify();
    co_return crypto::hex_encode(digest.finish());
}

task<written> upload::finish() {
    rethrow();
    written result{size_, {}};
    if (parts_.empty()) {
        result = co_await put_small();
    } else {
        co_await settle();
        if (!id_.empty()) {
            co_await complete();
        }
        result.sha256 = crypto::hex_encode(whole_->finish());
    }
    ended_ = true;
    co_return result;
}

/// In one go: its checksum takes less time than a worker to hand it to.
task<written> upload::put_small() {
    auto const small = std::move(filling_);
    std::span<std::uint8_t const> bytes;
    if (small) bytes = {small->data->data(), small->filled};
    whole_->update(bytes);
    written result{size_, crypto::hex_encode(whole_->finish())};
    co_await core_->client.put_object(key_, bytes, result.sha256);
    co_return result;
}

/// Sends what is left and waits for all answers.
task<void> upload::settle() {
    if (filling_) close_section();
    while (under_way_ > 0) {
        co_await changed_.wait();
    }
    rethrow();
}

task<void> upload::complete() {
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

task<bool> upload::abort() {
    ended_ = true;
    for (auto& signal : stop_) signal.emit(asio::cancellation_type::terminal);
    if (!error_) error_ = std::make_exception_ptr(store_error("the upload was given up"));
    changed_.notify();
    filling_ = nullptr;
    // A part that comes in after the abort would stay (Amazon S3 API Reference).
    while (under_way_ > 0) {
        co_await changed_.wait();
    }
    if (id_.empty()) co_return true;
    co_await core_->client.abort_upload(key_, id_);
    co_return false;
}

} // namespace kinvault::blob::s3
