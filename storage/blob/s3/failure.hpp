// What the S3 server refused, or how it could not be asked: one line for the operator that says
// what to do. Thrown by the client; the store lets it through as the store_error that it is.
#pragma once

#include "storage/blob/s3/http_connection.hpp"
#include "storage/blob/s3/xml.hpp"
#include "storage/blob/store.hpp"

#include <string>

namespace kinvault::blob::s3 {

class failure : public store_error {
  public:
    failure(std::string const& text, int status, std::string code)
        : store_error(text)
        , status_(status)
        , code_(std::move(code)) {}

    int status() const noexcept { return status_; }            ///< 0: there was no answer
    std::string const& code() const noexcept { return code_; } ///< as "NoSuchKey"; may be empty

  private:
    int status_;
    std::string code_;
};

/// Whom the client talks to, for the texts.
struct address {
    std::string server; ///< "http://host:port"
    std::string bucket;
    std::string region;
};

/// For an answer of `status` (200 with an error inside included) and its body. `doing` is like
/// "PUT org/item/file.enc".
failure refused(address const& to, std::string const& doing, http_head const& head,
                error_document const& error);

failure unreachable(address const& to, std::string const& doing, transport_error const& error);

/// The server answered with something that S3 would not.
failure nonsense(address const& to, std::string const& doing, std::string const& what);

/// May the same request succeed a moment later? Source: Amazon S3 API Reference, "Error Responses".
bool worth_retrying(int status, std::string const& code) noexcept;

} // namespace kinvault::blob::s3
