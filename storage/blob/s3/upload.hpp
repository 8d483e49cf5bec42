// An object on its way to S3, its length unknown: up to one part is a single PUT, more is a
// multipart upload with a few parts under way at once. Used by the S3 store.
#pragma once

#include "crypto/digest.hpp"
#include "storage/blob/pages.hpp"
#include "storage/blob/s3/core.hpp"
#include "storage/blob/store.hpp"

#include <boost/asio/cancellation_signal.hpp>

#include <exception>
#include <list>
#include <memory>
#include <string>
#include <vector>

namespace kinvault::blob::s3 {

/// Shared by the writer and the coroutines that send its parts.
class upload : public std::enable_shared_from_this<upload> {
  public:
    upload(std::shared_ptr<core> with, executor loop, std::string key)
        : core_(std::move(with))
        , loop_(std::move(loop))
        , key_(std::move(key)) {}

    task<void> write(std::span<std::uint8_t const> chunk);
    task<written> finish();
    /// Stops what is under way and makes the store forget the parts it has; throws store_error.
    task<void> abort();

    bool ended() const noexcept { return ended_; }
    std::string const& key() const noexcept { return key_; }

  private:
    std::size_t room() const noexcept { return filling_ ? filling_->size() - filled_ : 0; }
    task<void> make_room();
    task<void> grow();
    task<void> dispatch();
    task<written> put_whole();
    task<void> complete();
    static task<void> send_part(std::shared_ptr<upload> self, int number,
                                std::shared_ptr<pages> data, std::size_t size,
                                memory_budget::lease memory);
    task<void> send(int number, std::shared_ptr<pages> data, std::size_t size);
    void rethrow() const {
        if (error_) std::rethrow_exception(error_);
    }

    std::shared_ptr<core> const core_;
    executor const loop_;
    std::string const key_;

    // The part that is being filled.
    std::shared_ptr<pages> filling_; ///< without its lease: a worker may be the last to hold it
    std::size_t filled_ = 0;         ///< bytes of it
    memory_budget::lease lease_;

    // The parts that are under way.
    std::string id_; ///< of the multipart upload; empty before the second part
    std::vector<part> parts_;
    std::size_t in_flight_ = 0;
    int next_hash_ = 1; ///< the part that may go into whole_
    std::list<asio::cancellation_signal> stop_;
    std::exception_ptr error_; ///< of the first part that failed
    notifier changed_;

    std::shared_ptr<crypto::sha256> whole_ = std::make_shared<crypto::sha256>();
    std::uint64_t size_ = 0; ///< bytes written
    bool ended_ = false;
};

} // namespace kinvault::blob::s3
