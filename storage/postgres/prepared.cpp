#include "storage/postgres/prepared.hpp"

namespace kinvault::pg {

prepared_statements::entry& prepared_statements::find(std::string_view name) {
    auto const known = entries_.find(name);
    if (known != entries_.end()) return known->second;
    std::string key(name);
    entry fresh;
    fresh.name = key;
    fresh.wire_name = key;
    return entries_.emplace(std::move(key), std::move(fresh)).first->second;
}

void prepared_statements::forget(entry& of, unsigned plan) {
    if (of.plan != plan) return;
    of.there = false;
    ++of.plan;
    of.wire_name = of.name + "~" + std::to_string(of.plan);
}

} // namespace kinvault::pg
