// The values of a statement's parameters, in text form, owned until they are sent. Used by every
// service: `db.run(sql::items::item_by_id, pg::parameters(token, org, id))`.
#pragma once

#include "storage/postgres/array.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace kinvault::pg {

class parameters;

/// Types of other rooms take part by `void add_parameter(pg::parameters&, T const&)`, found by
/// argument-dependent look-up, which adds exactly one value.
template <class T>
concept adds_itself = requires(parameters& list, T const& value) {
    add_parameter(list, value);
};

template <class T>
concept whole_number = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> &&
                       !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> &&
                       !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

/// Throws database_error (22021, character not in repertoire) for text with a NUL byte, which
/// PostgreSQL cannot store and libpq would cut there.
class parameters {
  public:
    parameters() = default;
    template <class... A>
    requires(sizeof...(A) > 0 &&
             !(std::same_as<A, parameters> || ...)) explicit parameters(A const&... values) {
        offsets_.reserve(sizeof...(A));
        (add(values), ...);
    }

    parameters& add(std::string_view value);
    parameters& add(std::string const& value) { return add(std::string_view(value)); }
    /// A null pointer is SQL NULL.
    parameters& add(char const* value);
    parameters& add(std::nullopt_t);
    parameters& add(std::same_as<bool> auto value) { return add_bool(value); }
    parameters& add(whole_number auto value) {
        if constexpr (std::is_unsigned_v<decltype(value)>) {
            return add_unsigned(value);
        } else {
            return add_signed(value);
        }
    }
    parameters& add(double value);

    template <class T>
    parameters& add(std::optional<T> const& value) {
        return value ? add(*value) : add(std::nullopt);
    }

    /// A one-dimensional array of whatever can be a parameter itself.
    template <class T>
    parameters& add(std::vector<T> const& values) {
        array_writer array;
        for (auto const& value : values) {
            parameters one(static_cast<T const&>(value));
            auto const text = one.value(0);
            text ? array.add(*text) : array.add_null();
        }
        return add(array.take());
    }
    parameters& add(std::vector<std::string> const& values);

    template <adds_itself T>
    parameters& add(T const& value) {
        add_parameter(*this, value);
        return *this;
    }

    int count() const noexcept { return static_cast<int>(offsets_.size()); }
    /// The text form of one value; nullopt for NULL.
    std::optional<std::string_view> value(int index) const noexcept;
    /// Writes `count()` pointers as libpq wants them; they live as long as this is not changed.
    void pointers(char const** out) const noexcept;

  private:
    parameters& add_bool(bool value);
    parameters& add_signed(std::int64_t value);
    parameters& add_unsigned(std::uint64_t value);
    parameters& append(std::string_view value);

    static constexpr std::size_t null = static_cast<std::size_t>(-1);
    std::string bytes_; // each value with a NUL behind it
    std::vector<std::size_t> offsets_;
};

} // namespace kinvault::pg
