// The XML documents of S3 that the client reads and writes. Each reader takes a whole body and
// throws xml_error for anything but the document it is for; nothing in them is followed or
// expanded. Used by the client.
//
// Source: Amazon S3 API Reference, the actions of the same names.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace kinvault::blob::s3 {

class xml_error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// An <Error> document; members that are missing are empty.
struct error_document {
    std::string code;
    std::string message;
    std::string region; ///< where the bucket is, when that is what is wrong
};

/// Empty when the body is not an error document. Also finds one in an answer of status 200.
std::optional<error_document> read_error(std::string_view body);

struct object {
    std::string key;
    std::uint64_t size = 0; ///< bytes
    std::string etag;       ///< with its quotes, as If-Match wants it
    std::chrono::system_clock::time_point modified;
};

struct object_page {
    std::vector<object> objects;
    std::string next; ///< continuation token; empty at the end
};

/// ListBucketResult of version 2, asked for with encoding-type=url.
object_page read_objects(std::string_view body);

/// UploadId of InitiateMultipartUploadResult.
std::string read_upload_id(std::string_view body);

/// Checks for a CompleteMultipartUploadResult.
void read_completed(std::string_view body);

struct part {
    int number = 0; ///< from 1
    std::string etag;
    std::uint64_t size = 0; ///< bytes; 0 where it does not matter
};

struct part_page {
    std::vector<part> parts;
    int next = 0; ///< part-number-marker; 0 at the end
};

/// ListPartsResult.
part_page read_parts(std::string_view body);

struct unfinished_upload {
    std::string key;
    std::string id;
    std::chrono::system_clock::time_point begun;
};

struct upload_page {
    std::vector<unfinished_upload> uploads;
    std::string next_key, next_id; ///< markers; empty at the end
};

/// ListMultipartUploadsResult, asked for with encoding-type=url.
upload_page read_uploads(std::string_view body);

/// An object that DeleteObjects could not delete.
struct undeleted {
    std::string key;
    std::string code;
    std::string message;
};

/// DeleteResult, asked for in quiet mode.
std::vector<undeleted> read_deleted(std::string_view body);

std::string write_completion(std::vector<part> const& parts);
/// CreateBucketConfiguration.
std::string write_location(std::string const& region);
std::string write_deletion(std::vector<std::string> const& keys);

} // namespace kinvault::blob::s3
