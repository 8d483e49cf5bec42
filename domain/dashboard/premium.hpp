// What the policies of a vault cost in a year (contract, section 5). Pure; used by the dashboard.
#pragma once

#include "domain/dashboard/model.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace kinvault::domain::dashboard {

/// A decimal number as people type it, white space around it allowed; nothing for what is none or
/// is not finite.
std::optional<double> parse_amount(std::string_view text);

/// `premium / months * 12`; 0 when a value cannot be read or the span is not positive.
double annual_premium(policy const& of);

/// The sum in cents' precision, finite whatever the policies say.
double total_annual_premium(std::vector<policy> const& policies);

} // namespace kinvault::domain::dashboard
