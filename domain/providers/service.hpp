// The insurance companies that the catalogue knows. Used by the routes.
#pragma once

#include "config/catalogue.hpp"
#include "domain/providers/schema.hpp"

namespace kinvault::domain::providers {

class service {
  public:
    explicit service(config::catalogue const& catalogue);

    /// Those whose name contains what is asked for, upper or lower case, in the catalogue's order.
    provider_list list(list_query const& query) const;
    /// Without contacts for a name that the catalogue does not know.
    details get(std::string name) const;

  private:
    config::catalogue const& catalogue_;
    std::vector<std::string> lower_case_names_;
};

} // namespace kinvault::domain::providers
