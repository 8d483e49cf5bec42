// The blocking half of the folder store: files below one root folder, never outside of it, made
// durable before they show. Every call here runs on a worker thread; used by folder_store.cpp only.
//
// Keys are valid (`valid_key`) when they come here. Paths are walked component by component with
// O_NOFOLLOW, so that neither a key nor a symbolic link leads out of the root.
#pragma once

#include "crypto/digest.hpp"
#include "storage/blob/store.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace kinvault::blob::folder {

/// Owns a file descriptor.
class handle {
  public:
    handle() = default;
    explicit handle(int fd) noexcept : fd_(fd) {}
    handle(handle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    handle& operator=(handle&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~handle();

    int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }

  private:
    int fd_ = -1;
};

/// A file on its way in, under a name in `root/.tmp` until it is committed. Destroying it before
/// removes it, which may block for as long as the file system needs to free its blocks.
class incoming {
  public:
    incoming(std::filesystem::path root, std::string key);
    ~incoming();
    incoming(incoming const&) = delete;
    incoming& operator=(incoming const&) = delete;

    /// Both take all of the file, piece by piece; each may run on a thread of its own.
    void hash(std::span<std::uint8_t const> data) { hash_.update(data); }
    void write(std::span<std::uint8_t const> data);
    /// What was written is on the disk when it returns.
    void sync();
    /// Syncs the file, gives it its name and syncs the folders that lead to it.
    written commit();
    /// Removes the file now, and says so when that fails.
    void discard();

  private:
    std::filesystem::path const root_;
    std::string const key_;
    std::string const name_; ///< in temporaries_
    handle temporaries_;
    handle file_;
    crypto::sha256 hash_;
    std::uint64_t size_ = 0;
    std::uint64_t pushed_ = 0; ///< bytes handed to the disk already
    bool gone_ = false;        ///< renamed or removed
};

/// A file on its way out.
class outgoing {
  public:
    /// Throws blob_missing, also for what is not a regular file.
    outgoing(std::filesystem::path root, std::string key);

    std::uint64_t size() const noexcept { return size_; }
    /// Replaces `block` by the `length` bytes at `offset`, which must lie within size().
    void read(std::vector<std::uint8_t>& block, std::uint64_t offset, std::size_t length) const;

  private:
    std::filesystem::path const root_;
    std::string const key_;
    handle file_;
    std::uint64_t size_ = 0;
};

std::optional<std::uint64_t> size(std::filesystem::path const& root, std::string const& key);

/// Also removes the folders that become empty.
void remove(std::filesystem::path const& root, std::string const& key);

/// Removes the temporaries of this key.
void remove_unfinished(std::filesystem::path const& root, std::string const& key);

/// Makes the root, removes temporaries that are older than a day, and tries whether a file can be
/// written and synced.
void check(std::filesystem::path const& root);

std::vector<entry> list(std::filesystem::path const& root, std::string const& after,
                        std::size_t most);

} // namespace kinvault::blob::folder
