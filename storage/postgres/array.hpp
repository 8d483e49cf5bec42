// Text literals of one-dimensional PostgreSQL arrays, `{"a","b",NULL}`, both ways. Used by
// parameters.hpp and rows.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kinvault::pg {

/// Builds a literal. Every element is quoted, so that none is taken for NULL or for syntax.
class array_writer {
  public:
    void add(std::string_view element);
    void add_null();
    /// The finished literal; the writer is empty again afterwards.
    std::string take();

  private:
    std::string text_ = "{";
};

/// The elements of a literal as PostgreSQL prints it. Throws std::invalid_argument if it is
/// malformed or has more than one dimension.
std::vector<std::optional<std::string>> parse_array(std::string_view literal);

} // namespace kinvault::pg
