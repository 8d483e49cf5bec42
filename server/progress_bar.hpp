// How far a command that goes through all files has come, in bytes: a bar on a terminal, a line a
// minute elsewhere, both on the standard error. Used by `kinvault verify` and `blobs copy`.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace kinvault {

/// "1.4 GiB".
std::string in_units(std::uint64_t bytes);

class progress_bar {
  public:
    /// `doing` is like "copying". With `quiet` it says nothing.
    progress_bar(std::string doing, bool quiet);
    /// Takes the bar away.
    ~progress_bar() { clear(); }
    progress_bar(progress_bar const&) = delete;
    progress_bar& operator=(progress_bar const&) = delete;

    /// What there is to do.
    void total(std::uint64_t bytes);
    void add(std::uint64_t bytes);
    /// Takes the bar away until the next step, for a line on the standard output.
    void clear();

  private:
    using clock = std::chrono::steady_clock;

    void show();
    std::string figures() const;

    std::string const doing_;
    bool const quiet_;
    bool const terminal_;
    bool drawn_ = false;
    std::uint64_t total_ = 0;
    std::uint64_t done_ = 0;
    clock::time_point begin_ = clock::now();
    clock::time_point next_; ///< when it is shown again
};

} // namespace kinvault
