#include "domain/visas/service.hpp"

namespace kinvault::domain::visas {

country_list service::countries() const {
    country_list list;
    for (auto const& country : catalogue_.visa_countries) {
        if (!country.types.empty()) list.countries.push_back(country.name);
    }
    return list;
}

visa_types service::types(std::string country) const {
    visa_types out{std::move(country), {}};
    if (auto const* from = catalogue_.find_visa_country(out.country)) out.visa_types = from->types;
    return out;
}

visa_contacts service::contacts(std::string country) const {
    visa_contacts out{std::move(country), {}};
    if (auto const* from = catalogue_.find_visa_country(out.country)) {
        for (auto const& entry : from->contacts) {
            out.contacts.push_back({entry.label, entry.contact_type, entry.value});
        }
    }
    return out;
}

} // namespace kinvault::domain::visas
