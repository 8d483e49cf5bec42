#include "storage/blob/copy.hpp"

#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"
#include "storage/blob/lanes.hpp"
#include "storage/blob/listing.hpp"

#include <algorithm>
#include <optional>

namespace kinvault::blob {

namespace {

constexpr std::size_t copy_piece = 256 << 10;

/// One run, shared by its transfers.
class copy_run {
  public:
    copy_run(store& from, store& to, copy_options how, copy_watch& watch)
        : from_(from)
        , to_(to)
        , how_(how)
        , watch_(watch)
        , road_(how.at_once) {}

    task<copy_report> all() {
        co_await count();
        std::exception_ptr failed;
        try {
            co_await walk();
        } catch (...) {
            failed = std::current_exception();
        }
        co_await road_.end();
        road_.rethrow();
        if (failed) std::rethrow_exception(failed);
        co_return report_;
    }

  private:
    task<void> count() {
        listing objects(from_);
        std::uint64_t bytes = 0;
        for (;;) {
            auto const* const one = co_await objects.current();
            if (!one) break;
            ++report_.objects;
            bytes += one->size;
            objects.advance();
            check_stop();
        }
        watch_.total(report_.objects, bytes);
    }

    /// Both listings side by side.
    task<void> walk() {
        listing sources(from_), targets(to_);
        for (;;) {
            check_stop();
            auto const* const source = co_await sources.current();
            auto const* const target = co_await targets.current();
            if (!source && !target) break;
            if (!source || (target && target->key < source->key)) {
                ++report_.others;
                targets.advance();
                continue;
            }
            bool const there = target && target->key == source->key;
            std::optional<std::uint64_t> size;
            if (there) size = target->size;
            auto work = one(*source, size);
            co_await road_.start(std::move(work));
            sources.advance();
            if (there) targets.advance();
        }
    }

    task<void> one(entry source, std::optional<std::uint64_t> there) {
        std::string const key = source.key;
        bool vanished = false;
        try {
            co_await settle(key, source.size, there);
        } catch (blob_missing const&) {
            vanished = true;
        }
        if (!vanished) co_return;
        auto const still = co_await from_.size(key);
        if (still) throw store_error("the copy of " + key + " is gone as soon as it is made");
        ++report_.vanished;
    }

    task<void> settle(std::string key, std::uint64_t size, std::optional<std::uint64_t> there) {
        if (there == size) {
            bool same = !how_.compare;
            if (!same) {
                auto const here = co_await sha256_of(from_, key);
                auto const copy = co_await sha256_of(to_, key);
                same = here == copy;
            }
            if (same) {
                ++report_.same;
                watch_.done(size);
                co_return;
            }
        }
        auto const sent = co_await transfer(key);
        auto const back = co_await sha256_of(to_, key);
        if (back != sent) {
            co_await to_.remove(key);
            throw store_error(key +
                              " does not come back as it was sent; the destination is broken");
        }
        ++(there ? report_.replaced : report_.copied);
        report_.bytes += size;
    }

    /// Copies one object and gives the SHA-256 of what was read.
    task<std::string> transfer(std::string key) {
        std::optional<byte_range> const whole;
        auto const source = co_await from_.open(key, whole);
        auto const size = source->size();
        auto const target = co_await to_.create(key, size);
        crypto::sha256 hash;
        std::vector<std::uint8_t> buffer(copy_piece);
        for (;;) {
            std::size_t const count = co_await source->read_some(buffer);
            if (count == 0) break;
            auto const piece = std::span<std::uint8_t const>(buffer).first(count);
            hash.update(piece);
            co_await target->write(piece);
            watch_.done(count);
            if (must_end()) break;
        }
        if (must_end()) {
            co_await target->abort();
            throw interrupted();
        }
        co_await target->finish();
        co_return crypto::hex_encode(hash.finish());
    }

    task<std::string> sha256_of(store& where, std::string key) {
        std::optional<byte_range> const whole;
        auto const object = co_await where.open(std::move(key), whole);
        crypto::sha256 hash;
        std::vector<std::uint8_t> buffer(copy_piece);
        for (;;) {
            std::size_t const count = co_await object->read_some(buffer);
            if (count == 0) break;
            hash.update(std::span<std::uint8_t const>(buffer).first(count));
            check_stop();
        }
        co_return crypto::hex_encode(hash.finish());
    }

    /// What has failed elsewhere ends the run too.
    bool must_end() { return road_.failed() || watch_.stopped(); }
    void check_stop() {
        if (must_end()) throw interrupted();
    }

    store& from_;
    store& to_;
    copy_options const how_;
    copy_watch& watch_;
    lanes road_;
    copy_report report_;
};

} // namespace

task<copy_report> copy_all(store& from, store& to, copy_options how, copy_watch& watch) {
    copy_run work(from, to, how, watch);
    auto report = co_await work.all();
    co_return report;
}

} // namespace kinvault::blob
