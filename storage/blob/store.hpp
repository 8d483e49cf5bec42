// Where file contents live: one interface for the local folder and for S3. Used by the files module
// (up and down), by the sweeper and by `kinvault verify` and `blobs copy`.
//
// Everything streams: no call holds more than a few hundred KiB (folder) or the parts in flight
// (S3). Keys are paths of components of [A-Za-z0-9._-], see `valid_key`.
#pragma once

#include "storage/async.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace kinvault {
class workers;
}

namespace kinvault::blob {

/// The store is broken, unreachable or full; the text is one line for the operator. Answered as
/// 503.
class store_error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The store works and has no such object. Answered as 502 "File is unavailable".
class blob_missing : public std::runtime_error {
  public:
    explicit blob_missing(std::string const& key) : std::runtime_error("no object " + key) {}
};

/// What `writer::finish` stored.
struct written {
    std::uint64_t size = 0; ///< bytes
    std::string sha256;     ///< of all bytes, 64 lowercase hex digits
};

/// An object on its way in. It appears under its key by `finish` and not before; a writer that is
/// destroyed without it leaves nothing behind (removed in the background where that would block).
class writer {
  public:
    virtual ~writer() = default;
    /// Takes the whole chunk, which must stay valid until this is done; waits while the store is
    /// slower than the sender. Throws store_error, after which only destroying it makes sense.
    virtual task<void> write(std::span<std::uint8_t const> chunk) = 0;
    /// The object is durable when this returns. Nothing may be called after it.
    virtual task<written> finish() = 0;
    /// Removes what was stored so far. Gives whether that is the end of it: a part that was on its
    /// way may reach the store later than its removal. Nothing may be called after it.
    virtual task<bool> abort() = 0;
};

/// An object on its way out.
class reader {
  public:
    virtual ~reader() = default;
    /// Bytes of the whole object, also when only a range of it is read.
    virtual std::uint64_t size() const = 0;
    /// Fills the front of `into` (not empty) and gives the number of bytes; 0 at the end of the
    /// range. Throws store_error, also for an object that ends before its size.
    virtual task<std::size_t> read_some(std::span<std::uint8_t> into) = 0;
};

/// Bytes [first, first + length); what lies beyond the end of the object is left out.
struct byte_range {
    std::uint64_t first = 0;
    std::uint64_t length = 0;
};

/// One object of a listing.
struct entry {
    std::string key;
    std::uint64_t size = 0; ///< bytes
    std::chrono::system_clock::time_point modified;
};

/// All calls throw store_error, and std::invalid_argument for a key that is not valid. A store
/// outlives its readers and writers.
class store {
  public:
    static constexpr auto any_size = std::numeric_limits<std::uint64_t>::max();

    virtual ~store() = default;
    /// An existing object of this key stays until `finish` replaces it. `at_most` bytes will be
    /// written: what is small then takes no more memory than that.
    virtual task<std::unique_ptr<writer>> create(std::string key,
                                                 std::uint64_t at_most = any_size) = 0;
    /// Throws blob_missing.
    virtual task<std::unique_ptr<reader>> open(std::string key,
                                               std::optional<byte_range> range) = 0;
    /// Bytes of the object; empty when there is none.
    virtual task<std::optional<std::uint64_t>> size(std::string key) = 0;
    /// Durable when it returns. Removing what is not there is no error.
    virtual task<void> remove(std::string key) = 0;
    /// The same, with what writers of this key have left that ended with their process. Nobody may
    /// be writing it any more.
    virtual task<void> clear(std::string key) = 0;
    /// Is the store usable? Called at the start: also makes the folder and clears old leftovers.
    virtual task<void> check() = 0;
    /// At most `most` objects with keys after `after`, in the order of their bytes; fewer than
    /// `most` only at the end.
    virtual task<std::vector<entry>> list(std::string after, std::size_t most) = 0;
};

/// Components of [A-Za-z0-9._-] joined by '/': none empty, "." or "..", the first not ".tmp" (kept
/// for unfinished files), at most 500 bytes together (file_attachments.storage_key) and 255 each.
bool valid_key(std::string_view key) noexcept;
/// The key as it is; throws std::invalid_argument when it is not valid.
std::string checked_key(std::string key);

/// Objects as files below `root`, which `check` makes when it is missing. Files have mode 0600,
/// folders 0700. No key reaches outside of `root` and no symbolic link below it is followed. The
/// blocking calls run on `pool`, which must outlive the store, its readers and its writers.
std::unique_ptr<store> make_folder_store(std::filesystem::path root, workers& pool);

} // namespace kinvault::blob
