// What day it is. Used by the services that reckon with dates; tests give them a clock they can
// move.
#pragma once

#include <chrono>
#include <functional>

namespace kinvault::domain {

/// Gives today's date. Contract: today is the UTC date.
using clock = std::function<std::chrono::sys_days()>;

inline std::chrono::sys_days utc_today() {
    return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
}

} // namespace kinvault::domain
