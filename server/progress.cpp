#include "server/progress.hpp"

#include <algorithm>
#include <cstdio>
#include <string>
#include <unistd.h>

namespace kinvault {

namespace {

constexpr std::chrono::milliseconds terminal_interval{200};
/// In a log; what ends sooner says nothing.
constexpr std::chrono::seconds log_interval{5};

} // namespace

progress::progress()
    : on_terminal_(isatty(STDERR_FILENO) == 1)
    , next_(std::chrono::steady_clock::now()) {
    if (!on_terminal_) next_ += log_interval;
}

void progress::tell(std::string_view what, std::int64_t done, std::int64_t total) {
    auto const now = std::chrono::steady_clock::now();
    if (now < next_) return;
    next_ = now;
    if (on_terminal_) {
        next_ += terminal_interval;
    } else {
        next_ += log_interval;
    }
    std::string line = std::string(what) + ": " + std::to_string(done);
    if (total > 0) {
        auto const percent = std::min<std::int64_t>(100, done * 100 / total);
        line += " of " + std::to_string(total) + " (" + std::to_string(percent) + " %)";
    }
    std::fprintf(stderr, on_terminal_ ? "\r\033[K%s" : "%s\n", line.c_str());
    std::fflush(stderr);
    line_is_open_ = on_terminal_;
}

void progress::end() {
    if (line_is_open_) std::fputs("\r\033[K", stderr);
    line_is_open_ = false;
}

} // namespace kinvault
