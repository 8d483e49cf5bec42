// How far a long command is, on the standard error: a bar that is drawn over on a terminal, a line
// now and then elsewhere. Used by `kinvault adopt`, `verify` and `blobs copy`.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace kinvault {

/// "1.4 GiB".
std::string in_units(std::uint64_t bytes);

class progress {
  public:
    /// What is counted: bytes, or rows and files.
    enum class unit { pieces, bytes };

    /// With `quiet` it says nothing where there is no terminal.
    progress(unit counted, bool quiet);
    /// Takes the bar away.
    ~progress() { clear(); }
    progress(progress const&) = delete;
    progress& operator=(progress const&) = delete;

    /// What is being done from here on, e.g. "copying", and how much of it there is; 0: unknown.
    void begin(std::string_view doing, std::uint64_t total);
    /// May be called for every little step.
    void add(std::uint64_t done);
    /// Both in one: `done` in all, `begin` where `doing` is something new.
    void tell(std::string_view doing, std::uint64_t done, std::uint64_t total);
    /// Takes the bar away until the next step, for a line on the standard output.
    void clear();

  private:
    using clock = std::chrono::steady_clock;

    void show_if_due();
    std::string amount(std::uint64_t number) const;
    std::string figures() const;

    unit const counted_;
    bool const terminal_;
    bool const quiet_;
    bool drawn_ = false;
    std::string doing_;
    std::uint64_t total_ = 0;
    std::uint64_t done_ = 0;
    clock::time_point begin_ = clock::now(); ///< of what is being done
    clock::time_point next_;                 ///< when it is shown again
};

} // namespace kinvault
