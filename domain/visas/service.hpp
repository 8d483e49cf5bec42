// The visas that the catalogue knows, by country. Used by the routes.
#pragma once

#include "config/catalogue.hpp"
#include "domain/visas/schema.hpp"

namespace kinvault::domain::visas {

class service {
  public:
    explicit service(config::catalogue const& catalogue) : catalogue_(catalogue) {}

    /// Countries with visas, sorted.
    country_list countries() const;
    /// None for a country that the catalogue does not know; contacts likewise.
    visa_types types(std::string country) const;
    visa_contacts contacts(std::string country) const;

  private:
    config::catalogue const& catalogue_;
};

} // namespace kinvault::domain::visas
