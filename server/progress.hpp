// How far a long command is, on the standard error: one line that is written over on a terminal, a
// line now and then elsewhere. Used by the operator's commands.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace kinvault {

class progress {
  public:
    progress();
    /// May be called for every little step. `total` 0: unknown.
    void tell(std::string_view what, std::int64_t done, std::int64_t total);
    /// Clears the line.
    void end();

  private:
    bool const on_terminal_;
    bool line_is_open_ = false;
    std::chrono::steady_clock::time_point next_;
};

} // namespace kinvault
