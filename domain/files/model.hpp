// The rows of files, where they differ from what goes over the wire.
#pragma once

#include "domain/files/schema.hpp"

namespace kinvault::domain::files {

/// What a download must know.
struct file_row {
    std::string id;
    std::string file_name;
    std::string storage_key;
    std::int64_t file_size = 0; ///< bytes the client gets
    std::string mime_type;
    std::string encryption_iv;  ///< base64, empty for version 2
    std::string encryption_tag; ///< likewise
    std::int64_t encryption_version = 1;
    std::string organization_key; ///< wrapped
};
BOOST_DESCRIBE_STRUCT(file_row, (),
                      (id, file_name, storage_key, file_size, mime_type, encryption_iv,
                       encryption_tag, encryption_version, organization_key))

struct stored_row {
    std::optional<schema::timestamp> created_at; ///< none: the pending entry was swept meanwhile
};
BOOST_DESCRIBE_STRUCT(stored_row, (), (created_at))

struct removed_row {
    std::string storage_key;
};
BOOST_DESCRIBE_STRUCT(removed_row, (), (storage_key))

} // namespace kinvault::domain::files
