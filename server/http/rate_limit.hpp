// Requests per client in a sliding minute, in the memory of one process. Used by the dispatcher for
// all requests of an address, and by the auth routes for logins to one account from one address.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace kinvault::http {

class rate_limiter {
  public:
    using clock = std::chrono::steady_clock;

    /// `per_minute` requests of one key in any 60 seconds; 0 is no limit.
    explicit rate_limiter(std::uint32_t per_minute) : limit_(per_minute) {}

    /// Counts a request. 0 when it may pass, else the seconds (1 to 60) until one may.
    int admit(std::string_view key, clock::time_point now = clock::now());
    /// The same for one that is not to be counted.
    int wait(std::string_view key, clock::time_point now = clock::now());
    /// Takes back the latest request that was counted and has not left the minute.
    void take_back(std::string_view key, clock::time_point now = clock::now());

  private:
    /// One counter a second; the window moves with it.
    struct window {
        std::array<std::uint16_t, 60> counts{};
        std::uint32_t total = 0;
        std::int64_t second = 0; ///< of the newest counter
    };
    static std::int64_t second_of(clock::time_point now);
    static void advance(window& at, std::int64_t second);
    int seconds_left(window const& at, std::int64_t second) const;
    window* find(std::string_view key, std::int64_t second);
    void forget_old(std::int64_t second);

    std::uint32_t limit_;
    std::unordered_map<std::string, window> windows_;
    std::int64_t cleaned_ = 0;
};

} // namespace kinvault::http
