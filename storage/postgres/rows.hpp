// From the rows of a result to described structs (BOOST_DESCRIBE_STRUCT, base classes included):
// a member takes the column of its own name. Used by every service.
#pragma once

#include "storage/postgres/array.hpp"
#include "storage/postgres/result.hpp"

#include <boost/describe/bases.hpp>
#include <boost/describe/class.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace kinvault::pg {

// Conversions from the text of a value that is not NULL; std::invalid_argument if it does not fit
// the type. Types of other rooms add `void from_column(std::string_view, T&)` in their namespace.
void from_column(std::string_view text, bool& value);
void from_column(std::string_view text, std::int16_t& value);
void from_column(std::string_view text, std::int32_t& value);
void from_column(std::string_view text, std::int64_t& value);
void from_column(std::string_view text, double& value);

template <std::derived_from<std::string> T>
void from_column(std::string_view text, T& value) {
    static_cast<std::string&>(value).assign(text);
}
template <class T>
void from_column(std::string_view text, std::optional<T>& value);
template <class T>
void from_column(std::string_view text, std::vector<T>& values);

template <class T>
void from_column(std::string_view text, std::optional<T>& value) {
    from_column(text, value.emplace());
}

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
/// Whether a member of this type stays as it is when its column is NULL.
template <class T>
inline constexpr bool may_be_null = is_optional<T>;

/// A one-dimensional array. NULL elements need a vector of optionals.
template <class T>
void from_column(std::string_view text, std::vector<T>& values) {
    auto const elements = parse_array(text);
    values.clear();
    values.reserve(elements.size());
    for (auto const& element : elements) {
        T value{};
        if (element) {
            from_column(std::string_view(*element), value);
        } else if constexpr (!is_optional<T>) {
            throw std::invalid_argument("NULL in an array of values that must be there");
        }
        values.push_back(std::move(value));
    }
}

namespace detail {

/// How one member of a row type is filled; what rows.cpp knows of the type.
struct field {
    char const* name;
    bool nullable;
    void (*assign)(void* row, std::string_view text);
};

/// Finds the columns of the fields once per result, then fills row after row.
class row_reader {
  public:
    row_reader(result const& from, std::span<field const> fields);
    void read(int row, void* into) const;

  private:
    result const& from_;
    std::span<field const> fields_;
    std::vector<int> columns_;
};

template <class Row, class Descriptor>
constexpr field make_field() {
    using member = std::remove_reference_t<decltype(std::declval<Row&>().*Descriptor::pointer)>;
    return {Descriptor::name, may_be_null<member>, [](void* row, std::string_view text) {
                from_column(text, static_cast<Row*>(row)->*Descriptor::pointer);
            }};
}

template <class Row, template <class...> class List, class... Descriptors>
constexpr auto make_fields(List<Descriptors...>) {
    return std::array<field, sizeof...(Descriptors)>{make_field<Row, Descriptors>()...};
}

template <class Row>
using described = boost::describe::describe_members<Row, boost::describe::mod_any_access |
                                                             boost::describe::mod_inherited>;

template <class Row>
inline constexpr auto fields_of = make_fields<Row>(described<Row>());

/// The value of the first column of the first row; nullopt if there is none or it is NULL.
std::optional<std::string_view> scalar_text(result const& from);
/// Rethrows a failed conversion as the logic_error that names the column.
[[noreturn]] void bad_value(std::string_view column, char const* why);

} // namespace detail

/// One row. Throws std::logic_error naming the member if it has no column, if its column is NULL
/// and it is neither an optional nor a list, or if the value does not fit.
template <class Row>
Row read_row(result const& from, int row) {
    Row value{};
    detail::row_reader(from, detail::fields_of<Row>).read(row, &value);
    return value;
}

template <class Row>
std::vector<Row> read_rows(result const& from) {
    detail::row_reader const reader(from, detail::fields_of<Row>);
    std::vector<Row> values(static_cast<std::size_t>(from.rows()));
    for (int row = 0; row < from.rows(); ++row) {
        reader.read(row, &values[static_cast<std::size_t>(row)]);
    }
    return values;
}

/// The first row, if there is one.
template <class Row>
std::optional<Row> first_row(result const& from) {
    if (from.empty()) return std::nullopt;
    return read_row<Row>(from, 0);
}

/// The first column of the first row; nullopt if there is no row or it is NULL.
template <class T>
std::optional<T> scalar(result const& from) {
    auto const text = detail::scalar_text(from);
    if (!text) return std::nullopt;
    T value{};
    try {
        from_column(*text, value);
    } catch (std::invalid_argument const& e) {
        detail::bad_value(from.column_name(0), e.what());
    }
    return value;
}

} // namespace kinvault::pg
