#include "server/progress.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <unistd.h>

namespace kinvault {

namespace {

constexpr std::chrono::milliseconds redraw{100};
/// In a log; what ends sooner says nothing.
constexpr std::chrono::seconds line_interval{30};
constexpr std::size_t bar_width = 30;

std::string in_time(std::uint64_t seconds) {
    if (seconds >= 3600)
        return std::to_string(seconds / 3600) + " h " + std::to_string(seconds % 3600 / 60) +
               " min";
    if (seconds >= 60) return std::to_string(seconds / 60) + " min";
    return std::to_string(seconds) + " s";
}

} // namespace

std::string in_units(std::uint64_t bytes) {
    if (bytes < 1024) return std::to_string(bytes) + " B";
    constexpr std::array units{"KiB", "MiB", "GiB", "TiB", "PiB"};
    double value = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    while (value >= 1024 && unit + 1 < units.size()) {
        value /= 1024;
        ++unit;
    }
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f %s", value, units[unit]);
    return text.data();
}

progress::progress(unit counted, bool quiet)
    : counted_(counted)
    , terminal_(::isatty(STDERR_FILENO) == 1)
    , quiet_(quiet && !terminal_)
    , next_(begin_) {
    if (!terminal_) next_ += line_interval;
}

void progress::begin(std::string_view doing, std::uint64_t total) {
    doing_ = doing;
    total_ = total;
    done_ = 0;
    begin_ = clock::now();
    show_if_due();
}

void progress::add(std::uint64_t done) {
    done_ += done;
    show_if_due();
}

void progress::tell(std::string_view doing, std::uint64_t done, std::uint64_t total) {
    if (doing != doing_ || total != total_) begin(doing, total);
    done_ = done;
    show_if_due();
}

std::string progress::amount(std::uint64_t number) const {
    return counted_ == unit::bytes ? in_units(number) : std::to_string(number);
}

/// "1.4 GiB of 3.0 GiB, 80.0 MiB/s, 2 min left"
std::string progress::figures() const {
    auto const seconds = std::chrono::duration<double>(clock::now() - begin_).count();
    auto const rate = seconds > 0 ? static_cast<double>(done_) / seconds : 0;
    auto text = amount(done_);
    if (total_ > 0) text += " of " + amount(total_);
    text += ", " + amount(static_cast<std::uint64_t>(rate)) + "/s";
    if (rate > 0 && done_ < total_)
        text += ", " +
                in_time(static_cast<std::uint64_t>(static_cast<double>(total_ - done_) / rate)) +
                " left";
    return text;
}

void progress::show_if_due() {
    auto const now = clock::now();
    if (quiet_ || now < next_) return;
    next_ = now + (terminal_ ? clock::duration(redraw) : clock::duration(line_interval));
    auto const part =
        total_ == 0 ? 0.0 : std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_));
    auto const percent = static_cast<int>(part * 100);
    if (!terminal_) {
        std::fprintf(stderr, "%s: %d %%, %s\n", doing_.c_str(), percent, figures().c_str());
        return;
    }
    auto const filled = static_cast<std::size_t>(part * bar_width);
    auto const bar = std::string(filled, '#') + std::string(bar_width - filled, '.');
    std::fprintf(stderr, "\r%s [%s] %3d %%  %s\x1b[K", doing_.c_str(), bar.c_str(), percent,
                 figures().c_str());
    std::fflush(stderr);
    drawn_ = true;
}

void progress::clear() {
    if (!drawn_) return;
    std::fputs("\r\x1b[K", stderr);
    std::fflush(stderr);
    drawn_ = false;
}

} // namespace kinvault
