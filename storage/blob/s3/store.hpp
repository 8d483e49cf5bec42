// Objects in an S3 bucket. Used by the server and the operator's commands when BLOB_STORE is s3.
#pragma once

#include "storage/blob/s3/options.hpp"
#include "storage/blob/store.hpp"

#include <memory>

namespace kinvault {
class workers;
}

namespace kinvault::blob {

/// `pool` computes checksums; it outlives the store, its readers and its writers. Reads
/// certificates, so it is for the start; throws store_error or std::invalid_argument when the
/// options cannot work.
///
/// The bucket must be there and belong to the vault alone: `check` also ends uploads that someone
/// began more than a day ago and never finished. On AWS the key needs s3:GetObject, PutObject,
/// DeleteObject, AbortMultipartUpload, ListBucket and ListBucketMultipartUploads.
std::unique_ptr<store> make_s3_store(s3::options settings, workers& pool);

} // namespace kinvault::blob
