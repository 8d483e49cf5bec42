// Files of items: streamed into the blob store and out of it, encrypted on the way where they are
// of version 1. No row without its object and no object without a row for longer than a sweep: an
// object's key is on the pending list before its first byte is written, and row and end of that
// entry commit together.
#pragma once

#include "crypto/aes_gcm.hpp"
#include "crypto/vault_keys.hpp"
#include "domain/access.hpp"
#include "domain/files/model.hpp"
#include "domain/organization_key.hpp"
#include "storage/blob/memory_budget.hpp"
#include "storage/blob/pages.hpp"
#include "storage/blob/store.hpp"
#include "storage/postgres/pool.hpp"

#include <chrono>
#include <memory>
#include <set>
#include <span>

namespace kinvault::domain::files {

struct options {
    std::uint64_t max_file_size = 25 << 20; ///< bytes
};

/// Whether files of version 1 may have this type.
bool type_allowed(std::string_view mime_type);

class service;

/// What is known of a file when its first byte comes.
struct announcement {
    bool encrypt = false;      ///< as version 1 is stored
    bool certain = true;       ///< or a guess: its version comes behind it
    std::uint64_t at_most = 0; ///< bytes
};

/// A file on its way in. Made by `service::receive`, ended by `service::store` or
/// `service::discard`; the sweeper removes what neither of them got to. While its version is not
/// known, it is held in memory as far as there is room for it, and goes into the store by the guess
/// when there is not.
class incoming {
  public:
    ~incoming();
    incoming(incoming const&) = delete;
    incoming& operator=(incoming const&) = delete;
    /// Takes a piece of the file. Throws 400 when it grows beyond the limit.
    task<void> write(std::span<std::uint8_t const> piece);
    /// The file is whole; durable unless it is held.
    task<void> finish();

  private:
    friend class service;
    /// The beginning of a file, or all of it.
    struct held {
        held(blob::memory_budget::lease from, std::size_t most)
            : memory(std::move(from))
            , bytes(most) {}
        blob::memory_budget::lease memory;
        blob::pages bytes;
        std::size_t filled = 0;
    };

    incoming(service& owner, active_organization_row organization, announcement what);
    /// Begins an object under a fresh key, with what was held.
    task<void> begin(bool encrypt);
    task<void> put(std::span<std::uint8_t const> piece);
    task<void> complete();
    /// The file is whole and durable, of this kind unless it had to be begun as the other one.
    task<void> settle(bool encrypt);
    bool encrypted() const { return encryptor_.has_value(); }

    service& service_;
    active_organization_row organization_;
    announcement announced_;
    std::optional<held> held_; ///< then there is no object yet
    std::unique_ptr<blob::writer> writer_;
    std::string key_; ///< empty while there is no object
    std::uint64_t size_ = 0;
    std::optional<crypto::gcm_encryptor> encryptor_;
    std::vector<std::uint8_t> ciphertext_;
    std::string iv_, tag_; ///< base64, empty when not encrypted
    bool whole_ = false;   ///< the object is in the store
    blob::written stored_;
};

/// A file on its way out: version 2 as it is stored, version 1 in clear.
class outgoing {
  public:
    virtual ~outgoing() = default;
    /// The next bytes; 0 at the end. Throws when the store breaks: what was sent is not complete.
    virtual task<std::size_t> read_some(std::span<std::uint8_t> into) = 0;
};

class service {
  public:
    service(pg::pool& db, blob::store& store, crypto::master_key const& keys, options limits);

    /// Who uploads, before a byte is read.
    task<active_organization_row> authorize(caller who);
    /// Begins a file of an organisation.
    task<std::unique_ptr<incoming>> receive(active_organization_row owner, announcement what);
    /// Refuses with 404 unless the item can take a file.
    task<void> require_item(caller who, std::string item_id);
    /// Makes a finished file one of its item. `file_name` and `mime_type` as sent with it. After a
    /// refusal `content` is still there to be discarded.
    task<file> store(caller who, std::unique_ptr<incoming>& content, upload_form form,
                     std::string file_name, std::string mime_type);
    /// Removes what was received so far.
    task<void> discard(std::unique_ptr<incoming> content);

    /// Says for the uploads that run that nobody has given them up, also while they wait for
    /// memory or for a slow store. To be called every `keep_interval`; the sweepers wait several
    /// times as long.
    task<void> keep_running();
    static constexpr std::chrono::seconds keep_interval{30};

    task<file_row> find(caller who, std::string id);
    /// The bytes of a file; of version 2 a range of them if one is asked for. Throws 502 for an
    /// object that is missing or damaged, which the audit log keeps, with the client's `address`;
    /// of version 1, nothing is given before its tag was checked.
    task<std::unique_ptr<outgoing>> open(file_row row, std::optional<blob::byte_range> range,
                                         std::string address);
    task<file> rename(caller who, std::string id, rename_file sent);
    task<void> remove(caller who, std::string id);

    std::uint64_t max_file_size() const { return limits_.max_file_size; }
    /// The refusal of a file beyond the limit.
    [[noreturn]] static void refuse_size(std::uint64_t limit);

  private:
    friend class incoming;
    task<std::unique_ptr<incoming>> reencrypt(std::unique_ptr<incoming> content);
    task<std::unique_ptr<outgoing>> open_plain(file_row row, std::optional<blob::byte_range> range);
    /// Says in the log and in the audit log why a file cannot be had.
    task<void> report(file_row row, std::string why, std::string address);

    pg::pool& db_;
    blob::store& store_;
    crypto::master_key const& keys_;
    options limits_;
    std::set<std::string> running_; ///< keys of uploads
    blob::memory_budget held_;      ///< for files whose version is not known yet
};

} // namespace kinvault::domain::files
