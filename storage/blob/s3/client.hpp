// The requests of S3 that a vault needs, for one bucket: signed, with deadlines, repeated where
// that can help. Bodies that are sent are in memory (a part at most); objects that are read are
// streamed. Used by the S3 store.
//
// Requests throw `failure` (a store_error with one line for the operator).
#pragma once

#include "storage/blob/s3/connection_pool.hpp"
#include "storage/blob/s3/credentials.hpp"
#include "storage/blob/s3/failure.hpp"
#include "storage/blob/s3/options.hpp"
#include "storage/blob/s3/uri.hpp"
#include "storage/blob/s3/xml.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace kinvault::blob::s3 {

/// An object, or a range of it, on its way out. Destroying it before its end closes the connection.
class object_stream {
  public:
    object_stream(connection_pool& pool, std::unique_ptr<http_connection> connection,
                  std::uint64_t size, std::string etag)
        : pool_(pool)
        , connection_(std::move(connection))
        , size_(size)
        , etag_(std::move(etag)) {}
    ~object_stream() { pool_.put(std::move(connection_)); }
    object_stream(object_stream const&) = delete;
    object_stream& operator=(object_stream const&) = delete;

    std::uint64_t size() const noexcept { return size_; }      ///< of the whole object
    std::string const& etag() const noexcept { return etag_; } ///< with its quotes
    /// 0 at the end; throws transport_error.
    task<std::size_t> read_some(std::span<std::uint8_t> into) {
        return connection_->read_body(into);
    }

  private:
    connection_pool& pool_;
    std::unique_ptr<http_connection> connection_;
    std::uint64_t const size_;
    std::string const etag_;
};

class client {
  public:
    /// Throws std::invalid_argument for an endpoint, std::runtime_error for a file of certificates,
    /// no_credentials. Reads files: for the start.
    explicit client(options settings, environment const& variables = process_environment);

    options const& settings() const noexcept { return settings_; }
    address const& where() const noexcept { return where_; }
    connection_pool const& idle() const noexcept { return pool_; }

    /// `sha256` is that of the body, in hex: the server checks it.
    task<void> put_object(std::string key, std::span<std::uint8_t const> body, std::string sha256);
    /// `first` to `last`, both included; `etag`, if not empty, is what the object must still be.
    /// Null when there is no such object. A range that begins behind the end is a failure of 416.
    task<std::unique_ptr<object_stream>>
    get_object(std::string key, std::optional<std::pair<std::uint64_t, std::uint64_t>> range,
               std::string etag);
    /// Size in bytes; empty when there is no such object.
    task<std::optional<std::uint64_t>> head_object(std::string key);
    /// No failure when there is no such object.
    task<void> delete_object(std::string key);
    /// At most 1000 keys; gives those that could not be deleted.
    task<std::vector<undeleted>> delete_objects(std::vector<std::string> keys);
    /// At most 1000 objects, those behind `after`, or, when that is not empty, from `token` on.
    task<object_page> list_objects(std::string after, std::string token, std::size_t most);

    task<void> create_bucket();
    task<void> head_bucket();
    task<void> delete_bucket(); ///< which must be empty

    task<std::string> create_upload(std::string key);
    /// `number` from 1 to 10,000. Gives the ETag.
    task<std::string> upload_part(std::string key, std::string id, int number,
                                  std::span<std::uint8_t const> body, std::string sha256);
    task<void> complete_upload(std::string key, std::string id, std::vector<part> parts);
    /// No failure when there is no such upload.
    task<void> abort_upload(std::string key, std::string id);
    task<std::vector<part>> list_parts(std::string key, std::string id);
    /// All that are not complete, of keys that begin with `prefix`.
    task<std::vector<unfinished_upload>> list_uploads(std::string prefix);

  private:
    struct call;
    struct result;

    call bucket_call(std::string method, pairs query) const;
    call object_call(std::string method, std::string key, pairs query) const;
    http_request signed_request(call const& what, key_pair const& keys) const;
    task<result> perform(call what, bool streamed);
    task<std::string> body_of(call what);
    task<result> try_once(call const& what, bool streamed, bool reuse);
    void judge(call const& what, result& answer) const;
    task<void> pause(int attempt);

    options const settings_;
    endpoint const endpoint_;
    address const where_;
    std::string const host_;      ///< to connect to
    std::string const authority_; ///< the Host field
    std::string const path_;      ///< before the key, with the slash
    std::shared_ptr<tls_settings> tls_;
    std::unique_ptr<credentials> credentials_;
    connection_pool pool_;
    std::minstd_rand random_;
};

} // namespace kinvault::blob::s3
