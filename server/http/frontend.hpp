// The web frontend beside the interface, on the same origin: answers all that is outside of /api.
// The dispatcher asks it; server/frontend has a folder of files and another server as such.
#pragma once

#include "server/http/connection.hpp"
#include "server/http/forwarded.hpp"

namespace kinvault::http {

class frontend {
  public:
    virtual ~frontend() = default;
    virtual task<response> handle(exchange& request, client_identity const& client) = 0;
    /// The answers come with security fields of their own.
    virtual bool secures_itself() const = 0;
};

} // namespace kinvault::http
