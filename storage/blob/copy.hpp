// Copies all objects of one store into another, so that a vault can move between a folder and S3.
// Used by `kinvault blobs copy`.
//
// What has been copied is read back and compared by SHA-256. A run that broke off is simply done
// again: objects that are there already and are the same are not copied a second time.
#pragma once

#include "storage/blob/interrupted.hpp"
#include "storage/blob/store.hpp"

#include <cstdint>

namespace kinvault::blob {

/// Is told how far a long run has come, and may end it.
class copy_watch {
  public:
    virtual ~copy_watch() = default;
    /// Once, before the first object.
    virtual void total(std::uint64_t objects, std::uint64_t bytes) = 0;
    /// Bytes of the source that are dealt with.
    virtual void done(std::uint64_t bytes) = 0;
    /// True ends the run: it throws `interrupted`, and no object is left half written.
    virtual bool stopped() = 0;
};

struct copy_options {
    /// Whether objects of the same size on both sides are read and compared; else they are taken
    /// for the same.
    bool compare = true;
    std::size_t at_once = 4; ///< transfers at the same time
};

struct copy_report {
    std::uint64_t objects = 0;  ///< in the source
    std::uint64_t copied = 0;   ///< those that were not there
    std::uint64_t replaced = 0; ///< those that were there and differed
    std::uint64_t same = 0;     ///< those that were there
    std::uint64_t vanished = 0; ///< deleted while this ran
    std::uint64_t others = 0;   ///< only in the destination; they stay
    std::uint64_t bytes = 0;    ///< of what was copied or replaced
};

/// Throws store_error, also for an object that does not come back as it was sent, and
/// `interrupted`. Both stores and `watch` outlive the call.
task<copy_report> copy_all(store& from, store& to, copy_options how, copy_watch& watch);

} // namespace kinvault::blob
