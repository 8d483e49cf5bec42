// What the fuzz targets share: cutting the bytes of libFuzzer into pieces, and saying that
// something is not as it has to be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>

namespace kinvault::fuzz {

/// Reads the input from the front. Seeds stay readable: numbers are letters and digits where
/// possible, pieces end in a mark.
class input {
  public:
    input(std::uint8_t const* data, std::size_t size)
        : rest_(reinterpret_cast<char const*>(data), size) {}

    bool empty() const noexcept { return rest_.empty(); }
    /// 0 at the end.
    std::uint8_t byte() noexcept {
        if (rest_.empty()) return 0;
        auto const first = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return first;
    }
    /// Up to the mark, which is taken too, or to the end.
    std::string_view until(std::string_view mark) noexcept {
        auto const end = rest_.find(mark);
        auto const piece = rest_.substr(0, end);
        rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + mark.size());
        return piece;
    }
    std::string_view rest() const noexcept { return rest_; }

  private:
    std::string_view rest_;
};

inline std::span<std::uint8_t const> bytes_of(std::string_view text) noexcept {
    return {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()};
}

/// Ends the program, which libFuzzer takes for a finding.
inline void require(bool condition, char const* what) {
    if (condition) return;
    std::fprintf(stderr, "not true: %s\n", what);
    std::abort();
}

} // namespace kinvault::fuzz
