// What goes over the wire about the dashboard (contract, section 5).
#pragma once

#include <boost/describe/class.hpp>

#include <cstdint>

namespace kinvault::domain::dashboard {

struct stats {
    double total_annual_premium = 0; ///< always finite
    std::int64_t people_count = 0;
    std::int64_t vehicles_count = 0;
    std::int64_t policies_count = 0;
};
BOOST_DESCRIBE_STRUCT(stats, (),
                      (total_annual_premium, people_count, vehicles_count, policies_count))

} // namespace kinvault::domain::dashboard
