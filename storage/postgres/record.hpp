// Lists inside a row, one round trip: a column made by `string_agg({{packed(a, plain b)}}, '' order
// by …)` (sql/tool/embed.cpp), which costs PostgreSQL a third of an array of records. A struct that
// derives from pg::record takes the fields of each by position, in the order of its description.
// Used by services whose rows hold lists.
#pragma once

#include "storage/postgres/rows.hpp"

#include <concepts>
#include <optional>
#include <string_view>
#include <vector>

namespace kinvault::pg {

/// Marks a described struct that is read from packed fields.
struct record {};

/// An aggregate over nothing is NULL: the list stays empty.
template <std::derived_from<record> T>
inline constexpr bool may_be_null<std::vector<T>> = true;

/// Reads packed fields one after the other: a text as `3:abc`, NULL as `:`; anything else as
/// `~12;`, NULL as `~;`.
class packed_reader {
  public:
    explicit packed_reader(std::string_view packed) : rest_(packed) {}

    bool at_end() const noexcept { return rest_.empty(); }
    /// The next field, within the packed text; nothing for NULL. Throws std::invalid_argument if
    /// there is none.
    std::optional<std::string_view> next();

  private:
    std::string_view rest_;
};

namespace detail {
/// Most lists are this short; they grow only once they are longer.
inline constexpr std::size_t usual_count = 8;
void read_record(packed_reader& from, std::span<field const> fields, void* into);
} // namespace detail

template <std::derived_from<record> T>
void from_column(std::string_view text, std::vector<T>& values) {
    packed_reader packed(text);
    values.clear();
    if (!packed.at_end()) values.reserve(detail::usual_count);
    while (!packed.at_end())
        detail::read_record(packed, detail::fields_of<T>, &values.emplace_back());
}

} // namespace kinvault::pg
