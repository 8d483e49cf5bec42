// Answers that show an item carry its version as their ETag. Used by the routes of items and
// renewal.
#pragma once

#include "domain/items/version.hpp"
#include "server/http/call.hpp"

namespace kinvault::routes {

/// What `pending` gives, its version set as that of the answer.
task<domain::items::item> versioned(http::call& c, task<domain::items::item> pending);

} // namespace kinvault::routes
