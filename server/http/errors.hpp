// What a thrown error is to the client, in one place for all of the server. Used by the dispatcher;
// routes that limit attempts throw the one that is defined here.
#pragma once

#include "server/http/message.hpp"

#include <exception>
#include <stdexcept>
#include <string>

namespace kinvault::http {

/// A limit of a route's own is exceeded: 429, to be tried again after these seconds.
class too_many_requests : public std::runtime_error {
  public:
    explicit too_many_requests(int seconds)
        : std::runtime_error("too many requests")
        , seconds_(seconds) {}
    int seconds() const noexcept { return seconds_; }

  private:
    int seconds_;
};

/// The answer to an error: refusals and 422 reports as they say, 503 with Retry-After for what is
/// away or overloaded, 504 for what took too long, and 500 with the whole story in the log only.
response answer_for(std::exception_ptr error, std::string const& request_id);

} // namespace kinvault::http
