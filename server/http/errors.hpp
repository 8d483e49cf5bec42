// What a thrown error is to the client. One place for all of the server, used by the dispatcher.
#pragma once

#include "server/http/message.hpp"

#include <exception>
#include <string>

namespace kinvault::http {

/// The answer to an error: refusals and 422 reports as they say, 503 with Retry-After for what is
/// away or overloaded, 504 for what took too long, and 500 with the whole story in the log only.
response answer_for(std::exception_ptr error, std::string const& request_id);

} // namespace kinvault::http
