// The routes of all modules, one function each. Called once by the application.
#pragma once

#include "server/http/router.hpp"

namespace kinvault::http {
class rate_limiter;
}

namespace kinvault::domain::auth {
class service;
}
namespace kinvault::domain::audit {
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
namespace kinvault::domain::trash {
class service;
}
namespace kinvault::domain::people {
class service;
}
namespace kinvault::domain::vehicles {
class service;
}
namespace kinvault::domain::contacts {
class service;
}
namespace kinvault::domain::coverage {
class service;
}
namespace kinvault::domain::saved_contacts {
class service;
}
namespace kinvault::domain::item_links {
class service;
}
namespace kinvault::domain::providers {
class service;
}
namespace kinvault::domain::visas {
class service;
}
namespace kinvault::domain::reminders {
class service;
}
namespace kinvault::domain::renewal {
class service;
}
namespace kinvault::domain::search {
class service;
}
namespace kinvault::domain::dashboard {
class service;
}

namespace kinvault::routes {

void add_health_routes(http::router& routes);
/// `/openapi.json`, which describes all routes there are when it is asked for.
void add_openapi_routes(http::router& routes);
void add_auth_routes(http::router& routes, domain::auth::service& auth, http::rate_limiter& logins);
void add_audit_routes(http::router& routes, domain::audit::service& audit);
void add_org_routes(http::router& routes, domain::orgs::service& orgs);
void add_category_routes(http::router& routes, domain::categories::service& categories);
void add_item_routes(http::router& routes, domain::items::service& items,
                     domain::trash::service& trash);
void add_file_routes(http::router& routes, domain::files::service& files);
void add_people_routes(http::router& routes, domain::people::service& people);
void add_vehicle_routes(http::router& routes, domain::vehicles::service& vehicles);
void add_contact_routes(http::router& routes, domain::contacts::service& contacts);
void add_coverage_routes(http::router& routes, domain::coverage::service& coverage);
void add_saved_contact_routes(http::router& routes, domain::saved_contacts::service& contacts);
void add_item_link_routes(http::router& routes, domain::item_links::service& links);
void add_provider_routes(http::router& routes, domain::providers::service const& providers);
void add_visa_routes(http::router& routes, domain::visas::service const& visas);
void add_reminder_routes(http::router& routes, domain::reminders::service& reminders);
void add_renewal_routes(http::router& routes, domain::renewal::service& renewal);
void add_search_routes(http::router& routes, domain::search::service& search);
void add_dashboard_routes(http::router& routes, domain::dashboard::service& dashboard);

} // namespace kinvault::routes
