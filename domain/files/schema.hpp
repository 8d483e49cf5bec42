// What goes over the wire about files (contract, section 6). A file as clients see it is
// `items::file`, as it comes with its item too.
#pragma once

#include "domain/items/schema.hpp"

namespace kinvault::domain::files {

using items::file;

/// The fields of an upload beside the file itself.
struct upload_form {
    std::string item_id;
    std::optional<schema::text<50>> purpose;
    std::optional<schema::text<255>> display_name;
    schema::or_default<schema::encryption_version, 1> encryption_version;
};
BOOST_DESCRIBE_STRUCT(upload_form, (), (item_id, purpose, display_name, encryption_version))

struct rename_file {
    schema::text<255> display_name;
};
BOOST_DESCRIBE_STRUCT(rename_file, (), (display_name))

} // namespace kinvault::domain::files
