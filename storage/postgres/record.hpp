// Columns of type record[] (`array(select row(a, b) from …)`): lists inside a row, one round trip.
// A struct that derives from pg::record takes the fields of each by position, in the order of its
// description. Used by services whose rows hold lists.
#pragma once

#include "storage/postgres/rows.hpp"

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kinvault::pg {

/// Marks a described struct that is read from a composite value.
struct record {};

/// The fields of a composite literal, `(a,"b c",,)`; nothing for NULL. Throws std::invalid_argument
/// for what is none.
std::vector<std::optional<std::string>> parse_record(std::string_view literal);

namespace detail {
void assign_fields(std::span<field const> fields, std::string_view literal, void* into);
}

template <std::derived_from<record> T>
void from_column(std::string_view text, T& value) {
    detail::assign_fields(detail::fields_of<T>, text, &value);
}

} // namespace kinvault::pg
