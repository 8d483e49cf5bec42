// Thrown by the commands that go through a whole store when the operator ends them. Used by
// `kinvault verify` and `kinvault blobs copy`.
#pragma once

#include <stdexcept>

namespace kinvault::blob {

class interrupted : public std::runtime_error {
  public:
    interrupted() : std::runtime_error("interrupted") {}
};

} // namespace kinvault::blob
