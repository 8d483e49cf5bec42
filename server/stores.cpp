#include "server/stores.hpp"

#include "storage/blob/s3/store.hpp"

namespace kinvault {

namespace {

blob::s3::options s3_options(config::settings const& from) {
    blob::s3::options options;
    options.endpoint_url = from.s3_endpoint_url;
    options.bucket = from.s3_bucket;
    if (!from.s3_region.empty()) options.region = from.s3_region;
    options.keys.access_key = from.s3_access_key;
    options.keys.secret_key = from.s3_secret_key;
    options.path_style = from.s3_path_style;
    options.ca_file = from.s3_ca_file;
    options.part_size = static_cast<std::size_t>(from.s3_part_size);
    options.upload_memory = static_cast<std::size_t>(from.upload_memory);
    return options;
}

} // namespace

std::unique_ptr<blob::store> make_store(config::settings const& settings, workers& pool) {
    if (settings.blob_store == config::blob_store_kind::s3) {
        return blob::make_s3_store(s3_options(settings), pool);
    }
    return blob::make_folder_store(settings.blob_dir, pool);
}

} // namespace kinvault
