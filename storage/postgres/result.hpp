// The answer to one statement: rows and columns as text, or the number of rows touched. Used by
// services through rows.hpp, seldom directly.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

struct pg_result;

namespace kinvault::pg {

/// Owns a PGresult; may be moved. Views into it live as long as it does. Row and column must be in
/// range.
class result {
  public:
    result() noexcept = default;
    /// Takes ownership.
    explicit result(pg_result* owned) noexcept : owned_(owned) {}

    int rows() const noexcept;
    bool empty() const noexcept { return rows() == 0; }
    int columns() const noexcept;
    /// nullopt for SQL NULL.
    std::optional<std::string_view> get(int row, int column) const noexcept;
    bool is_null(int row, int column) const noexcept;
    /// Index of the column of that exact name, or -1. The search begins at `first` and goes round.
    int column(std::string_view name, int first = 0) const noexcept;
    /// Name of a column, empty if out of range.
    std::string_view column_name(int column) const noexcept;
    /// Rows inserted, updated, deleted or selected; 0 for commands that count none.
    std::int64_t affected() const noexcept;
    /// The command tag, such as "INSERT 0 1" or "COMMIT".
    std::string_view tag() const noexcept;

    pg_result* native() const noexcept { return owned_.get(); }

  private:
    struct clear {
        void operator()(pg_result* p) const noexcept;
    };
    std::unique_ptr<pg_result, clear> owned_;
};

} // namespace kinvault::pg
