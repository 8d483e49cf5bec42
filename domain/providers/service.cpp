#include "domain/providers/service.hpp"

#include "domain/text.hpp"

namespace kinvault::domain::providers {

service::service(config::catalogue const& catalogue) : catalogue_(catalogue) {
    for (auto const& name : catalogue.provider_names) lower_case_names_.push_back(lower_case(name));
}

provider_list service::list(list_query const& query) const {
    std::string const wanted = lower_case(*query.q);
    provider_list found;
    for (std::size_t i = 0; i < lower_case_names_.size(); ++i) {
        if (lower_case_names_[i].find(wanted) == std::string::npos) continue;
        found.providers.push_back(catalogue_.provider_names[i]);
    }
    return found;
}

details service::get(std::string name) const {
    details out{std::move(name), std::nullopt, std::nullopt, {}};
    auto const* from = catalogue_.find_provider(out.name);
    if (!from) return out;
    out.portal_url = from->portal_url;
    out.claims_address = from->claims_address;
    for (auto const& entry : from->contacts) {
        out.contacts.push_back({entry.label, entry.value, entry.contact_type});
    }
    return out;
}

} // namespace kinvault::domain::providers
