// How long to wait before the next attempt to reach a database that is away: pure arithmetic.
// Used by pool_core.hpp.
#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace kinvault::pg {

/// Exponential, from `first` to `most`, each delay drawn from its upper half so that many
/// processes do not come back in step.
class backoff {
  public:
    using duration = std::chrono::milliseconds;

    backoff(duration first, duration most) : first_(first), most_(most), next_(first) {}

    template <class Random>
    duration next(Random& random) {
        auto const full = next_;
        next_ = std::min(next_ * 2, most_);
        std::uniform_int_distribution<duration::rep> spread(full.count() / 2, full.count());
        return duration(spread(random));
    }
    void reset() { next_ = first_; }

  private:
    duration first_;
    duration most_;
    duration next_;
};

} // namespace kinvault::pg
