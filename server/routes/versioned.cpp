#include "server/routes/versioned.hpp"

namespace kinvault::routes {

task<domain::items::item> versioned(http::call& c, task<domain::items::item> pending) {
    auto shown = co_await std::move(pending);
    c.set_version(domain::items::version_of(shown));
    co_return shown;
}

} // namespace kinvault::routes
