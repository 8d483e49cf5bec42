// The row of the dashboard.
#pragma once

#include "storage/postgres/record.hpp"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace kinvault::domain::dashboard {

/// The values of a policy that its premium is computed from, as somebody typed them.
struct policy : pg::record {
    std::string premium;
    std::string start_date;
    std::string end_date;
};
BOOST_DESCRIBE_STRUCT(policy, (), (premium, start_date, end_date))

struct stats_row {
    std::int64_t people_count = 0;
    std::int64_t vehicles_count = 0;
    std::int64_t policies_count = 0;
    std::vector<policy> policies; ///< those that may have a premium
};
BOOST_DESCRIBE_STRUCT(stats_row, (), (people_count, vehicles_count, policies_count, policies))

} // namespace kinvault::domain::dashboard
