#include "server/stores.hpp"

#include <stdexcept>

namespace kinvault {

std::unique_ptr<blob::store> make_store(config::settings const& settings, asio::io_context&,
                                        workers& pool) {
    if (settings.blob_store == config::blob_store_kind::folder) {
        return blob::make_folder_store(settings.blob_dir, pool);
    }
    throw std::runtime_error("BLOB_STORE: s3 is not available in this version");
}

} // namespace kinvault
