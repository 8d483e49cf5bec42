// The rows of files, where they differ from what goes over the wire.
#pragma once

#include "domain/files/schema.hpp"

namespace kinvault::domain::files {

/// What must be known to read an object.
struct content_row {
    std::string id;
    std::string storage_key;
    std::int64_t file_size = 0; ///< bytes the client gets
    std::string encryption_iv;  ///< base64, empty for version 2
    std::string encryption_tag; ///< likewise
    std::int64_t encryption_version = 1;
    std::string organization_key; ///< wrapped
};
BOOST_DESCRIBE_STRUCT(content_row, (),
                      (id, storage_key, file_size, encryption_iv, encryption_tag,
                       encryption_version, organization_key))

/// What a download must know, and who asked for it.
struct file_row : content_row {
    std::string user_id;
    std::string org_id;
    std::string file_name;
    std::string mime_type;
};
BOOST_DESCRIBE_STRUCT(file_row, (content_row), (user_id, org_id, file_name, mime_type))

/// What `verify` compares an object with.
struct checked_row : content_row {
    std::optional<std::string> sha256; ///< none in rows from before there was one
};
BOOST_DESCRIBE_STRUCT(checked_row, (content_row), (sha256))

struct stored_row {
    std::optional<schema::timestamp> created_at; ///< none: the pending entry was swept meanwhile
};
BOOST_DESCRIBE_STRUCT(stored_row, (), (created_at))

struct removed_row {
    std::string storage_key;
};
BOOST_DESCRIBE_STRUCT(removed_row, (), (storage_key))

} // namespace kinvault::domain::files
