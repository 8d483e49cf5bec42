// The routes of all modules, one function each. Called once by the application.
#pragma once

#include "server/http/router.hpp"

namespace kinvault::http {
class rate_limiter;
}

namespace kinvault::domain::auth {
class service;
}
namespace kinvault::domain::orgs {
class service;
}
namespace kinvault::domain::categories {
class service;
}
namespace kinvault::domain::items {
class service;
}
namespace kinvault::domain::files {
class service;
}

namespace kinvault::routes {

void add_health_routes(http::router& routes);
void add_auth_routes(http::router& routes, domain::auth::service& auth, http::rate_limiter& logins);
void add_org_routes(http::router& routes, domain::orgs::service& orgs);
void add_category_routes(http::router& routes, domain::categories::service& categories);
void add_item_routes(http::router& routes, domain::items::service& items);
void add_file_routes(http::router& routes, domain::files::service& files);

} // namespace kinvault::routes
