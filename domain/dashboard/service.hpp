// The dashboard: how much is in a vault, and what its policies cost in a year.
#pragma once

#include "config/catalogue.hpp"
#include "domain/access.hpp"
#include "domain/dashboard/schema.hpp"
#include "storage/postgres/pool.hpp"

namespace kinvault::domain::dashboard {

class service {
  public:
    service(pg::pool& db, config::catalogue const& catalogue);

    /// Zeros for somebody without an organisation.
    task<stats> get(caller who);

  private:
    pg::pool& db_;
    std::vector<std::string> policies_; ///< subcategories that are policies
};

} // namespace kinvault::domain::dashboard
