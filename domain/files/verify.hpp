// Compares the rows of files with the objects of the store, both ways: what is missing, what is
// damaged, what nobody needs. Used by `kinvault verify`.
#pragma once

#include "crypto/vault_keys.hpp"
#include "domain/files/model.hpp"
#include "storage/blob/store.hpp"
#include "storage/postgres/session.hpp"

#include <string>

namespace kinvault::domain::files {

struct flaw {
    enum class kind {
        missing, ///< a row without its object
        damaged, ///< an object that is not what its row says
        extra    ///< an object without a row, and not on its way to or from one
    };
    kind what;
    std::string key;
    std::string file_id; ///< empty for `extra`
    std::string why;     ///< of `damaged`
    std::uint64_t size;  ///< bytes of an object that is extra
};

std::string_view name_of(flaw::kind what);

/// Is told how far a long run has come and what it finds, and may end it.
class verify_watch {
  public:
    virtual ~verify_watch() = default;
    /// Once, before the first file.
    virtual void total(std::uint64_t files, std::uint64_t bytes) = 0;
    /// Bytes of files that are dealt with.
    virtual void done(std::uint64_t bytes) = 0;
    virtual void found(flaw what) = 0;
    /// True ends the run: it throws blob::interrupted.
    virtual bool stopped() = 0;
};

struct verify_options {
    bool contents = true;    ///< whether objects are read; else only their sizes are compared
    std::size_t at_once = 4; ///< objects read at the same time
};

struct verify_report {
    std::uint64_t files = 0; ///< rows
    std::uint64_t missing = 0;
    std::uint64_t damaged = 0;
    std::uint64_t extra = 0;
    std::uint64_t pending = 0;   ///< objects without a row that the sweeper will see to
    std::uint64_t unchecked = 0; ///< of right size, but with no checksum, or no key for their tag
    std::uint64_t bytes = 0;     ///< that were read

    bool good() const { return missing + damaged + extra == 0; }
};

/// Safe beside servers that work on the same vault. Throws store_error and `interrupted`. All that
/// is given outlives the call.
task<verify_report> verify(pg::session& db, blob::store& store, crypto::master_key const& keys,
                           verify_options how, verify_watch& watch);

} // namespace kinvault::domain::files
