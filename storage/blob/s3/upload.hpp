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
    /// `at_most` bytes will be written.
    upload(std::shared_ptr<core> with, executor loop, std::string key, std::uint64_t at_most)
        : core_(std::move(with))
        , loop_(std::move(loop))
        , key_(std::move(key))
        , at_most_(at_most) {
        core_->parts.begin_upload();
    }
    ~upload() { core_->parts.end_upload(); }
    upload(upload const&) = delete;
    upload& operator=(upload const&) = delete;

    task<void> write(std::span<std::uint8_t const> chunk);
    task<written> finish();
    /// Stops what is under way and makes the store forget the parts it has; throws store_error.
    /// Gives whether there were none.
    task<bool> abort();

    bool ended() const noexcept { return ended_; }
    std::string const& key() const noexcept { return key_; }

  private:
    /// A part, from its first byte to the store's answer. Its checksums grow while it is filled.
    struct section {
        int number = 0;              ///< from 1; 0 for the beginning of what may stay small
        std::shared_ptr<pages> data; ///< without its lease: a worker may be the last to hold it
        std::size_t filled = 0;      ///< bytes
        bool closed = false;         ///< no more bytes will come
        memory_budget::lease memory;
    };

    std::size_t room() const noexcept {
        return filling_ ? filling_->data->size() - filling_->filled : 0;
    }
    void put_in(std::span<std::uint8_t const> bytes);
    task<void> make_room();
    task<void> begin_section();
    void close_section();
    task<written> put_small();
    task<void> settle();
    task<void> complete();
    static task<void> run(std::shared_ptr<upload> self, std::shared_ptr<section> what);
    task<void> send(section& what);
    task<std::string> checksum(section& what);
    void rethrow() const {
        if (error_) std::rethrow_exception(error_);
    }

    std::shared_ptr<core> const core_;
    executor const loop_;
    std::string const key_;
    std::uint64_t const at_most_;

    std::shared_ptr<section> filling_;
    std::size_t announced_ = 0; ///< bytes of it that its checksum has been told of

    std::string id_; ///< of the multipart upload; empty before the second part
    std::vector<part> parts_;
    std::size_t under_way_ = 0; ///< sections with a number, the one that is filled included
    int next_hash_ = 1;         ///< the part that goes into whole_
    std::list<asio::cancellation_signal> stop_;
    std::exception_ptr error_; ///< of the first part that failed
    notifier changed_;

    std::shared_ptr<crypto::sha256> whole_ = std::make_shared<crypto::sha256>();
    std::uint64_t size_ = 0; ///< bytes written
    bool ended_ = false;
};

} // namespace kinvault::blob::s3
