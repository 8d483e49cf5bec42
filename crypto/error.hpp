// The one exception of crypto/: a library call failed or was called with lengths that cannot be.
// Thrown by everything in crypto/; the text names the operation and never holds key, password or
// plaintext, so it may be logged.
#pragma once

#include <stdexcept>

namespace kinvault::crypto {

class error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

} // namespace kinvault::crypto
