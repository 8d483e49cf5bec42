#include "server/http/rate_limit.hpp"

#include <algorithm>
#include <limits>

namespace kinvault::http {

namespace {
constexpr std::int64_t width = 60;
/// Beyond this many clients in a minute all are forgotten: memory stays bounded under an attack
/// from many addresses, in which a count for each says nothing.
constexpr std::size_t most_keys = 200'000;
} // namespace

void rate_limiter::advance(window& at, std::int64_t second) {
    auto const steps = std::min(second - at.second, width);
    for (std::int64_t i = 0; i < steps; ++i) {
        auto& old = at.counts[static_cast<std::size_t>((second - i) % width)];
        at.total -= old;
        old = 0;
    }
    at.second = std::max(at.second, second);
}

void rate_limiter::forget_old(std::int64_t second) {
    if (windows_.size() > most_keys) windows_.clear();
    if (second - cleaned_ < width) return;
    cleaned_ = second;
    std::erase_if(windows_,
                  [&](auto const& entry) { return second - entry.second.second >= width; });
}

std::int64_t rate_limiter::second_of(clock::time_point now) {
    return std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
}

/// How long until one more may pass; 0 when it may now.
int rate_limiter::seconds_left(window const& at, std::int64_t second) const {
    if (at.total < limit_) return 0;
    // The oldest counted second is the first to leave the window.
    for (std::int64_t age = width - 1; age > 0; --age) {
        auto const index = static_cast<std::size_t>((second - age + width) % width);
        if (at.counts[index] > 0) return static_cast<int>(width - age);
    }
    return static_cast<int>(width);
}

/// The window of a key that has one, moved to this second.
rate_limiter::window* rate_limiter::find(std::string_view key, std::int64_t second) {
    auto const known = windows_.find(std::string(key));
    if (known == windows_.end()) return nullptr;
    advance(known->second, second);
    return &known->second;
}

int rate_limiter::admit(std::string_view key, clock::time_point now) {
    if (limit_ == 0) return 0;
    auto const second = second_of(now);
    forget_old(second);
    auto& at = windows_[std::string(key)];
    advance(at, second);
    if (int const left = seconds_left(at, second); left > 0) return left;
    auto& count = at.counts[static_cast<std::size_t>(second % width)];
    if (count < std::numeric_limits<std::uint16_t>::max()) {
        ++count;
        ++at.total;
    }
    return 0;
}

int rate_limiter::wait(std::string_view key, clock::time_point now) {
    auto const second = second_of(now);
    auto const* at = limit_ == 0 ? nullptr : find(key, second);
    return at ? seconds_left(*at, second) : 0;
}

void rate_limiter::take_back(std::string_view key, clock::time_point now) {
    auto const second = second_of(now);
    auto* at = find(key, second);
    if (!at) return;
    for (std::int64_t age = 0; age < width; ++age) {
        auto& count = at->counts[static_cast<std::size_t>((second - age + width) % width)];
        if (count == 0) continue;
        --count;
        --at->total;
        return;
    }
}

} // namespace kinvault::http
