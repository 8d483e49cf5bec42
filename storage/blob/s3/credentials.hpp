// Where the keys come from: the settings, the environment, a container's or an instance's metadata
// service; temporary keys are renewed before they end. Used by the client, before each request.
//
// Sources: AWS SDKs and Tools Reference Guide, "Standardized credential providers"; Amazon EC2 User
// Guide, "Use IMDSv2".
#pragma once

#include "storage/blob/s3/http_connection.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace kinvault::blob::s3 {

/// No source has keys; the text says what to do.
class no_credentials : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Keys, and until when they hold.
struct lease_of_keys {
    key_pair keys;
    std::optional<std::chrono::system_clock::time_point> expires;
};

class credentials {
  public:
    virtual ~credentials() = default;
    /// The keys of now; waits only when they have to be fetched. Throws no_credentials.
    virtual task<key_pair> get() = 0;
    /// The server says that these have expired: the next get() fetches new ones. False when there
    /// is nowhere to fetch them.
    virtual bool expire(std::string const& access_key) = 0;
};

/// One environment variable, or empty; std::getenv but in tests.
using environment = std::function<std::string(char const*)>;
std::string process_environment(char const* name);

/// `fixed` unless its access key is empty; else AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
/// AWS_SESSION_TOKEN; else AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI; else the instance's
/// metadata service, unless AWS_EC2_METADATA_DISABLED is "true".
std::unique_ptr<credentials> make_credentials(key_pair fixed,
                                              environment const& variables = process_environment);

/// The JSON that containers and instances answer; throws no_credentials. Separate for tests.
lease_of_keys read_lease(std::string_view json);

} // namespace kinvault::blob::s3
