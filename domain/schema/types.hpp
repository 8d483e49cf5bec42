// The vocabulary of the described structs that go over the wire. A member's type says all there is
// to say about it: the JSON reader with its 422 reports, the writer, the row mapping and the
// OpenAPI document follow from it. Used by the schema.hpp of every module.
//
//     std::string          a text that must be there
//     text<100>            the same, at most 100 characters (columns have limits)
//     std::optional<T>     may be left out or null
//     patch<T>             absent, null (clears) or a value: for PATCH bodies
//     or_default<T, V>     may be left out, but not null; or_text<T, "v"> and or_empty<T> likewise
//     secret<T>            shown in no 422 report
//     integer<1, 1000>     a whole number in these bounds
//     choice<"a", "b">     one of these texts
//     date, timestamp      as the contract writes them
#pragma once

#include "crypto/bytes.hpp"

#include <boost/describe/class.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kinvault::schema {

inline constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

/// A text of Min to Max Unicode characters, which is how PostgreSQL counts in varchar(n).
template <std::size_t Max = unlimited, std::size_t Min = 0>
struct text : std::string {
    static constexpr std::size_t most = Max;
    static constexpr std::size_t least = Min;
    using std::string::string;
    text() = default;
    text(std::string value) : std::string(std::move(value)) {}
};

/// A whole number from Min to Max; by default what an `integer` column holds.
template <std::int64_t Min = std::numeric_limits<std::int32_t>::min(),
          std::int64_t Max = std::numeric_limits<std::int32_t>::max()>
struct integer {
    static constexpr std::int64_t least = Min;
    static constexpr std::int64_t most = Max;
    std::int64_t value{};
    integer() = default;
    constexpr integer(std::int64_t v) : value(v) {}
    constexpr operator std::int64_t() const { return value; }
};

/// As a parameter of a statement (pg::parameters).
template <class Parameters, std::int64_t Min, std::int64_t Max>
void add_parameter(Parameters& list, integer<Min, Max> const& number) {
    list.add(number.value);
}

/// A text as a template argument.
template <std::size_t N>
struct literal {
    std::array<char, N> characters{};
    constexpr literal(char const (&source)[N]) { std::copy_n(source, N, characters.begin()); }
    constexpr std::string_view view() const { return {characters.data(), N - 1}; }
};

/// One of a few texts.
template <literal... Names>
struct choice : std::string {
    static constexpr std::array<std::string_view, sizeof...(Names)> names{Names.view()...};
    choice() = default;
    choice(std::string value) : std::string(std::move(value)) {}
    choice(char const* value) : std::string(value) {}
};

/// A calendar date, `YYYY-MM-DD`, years 0001 to 9999.
struct date : std::string {
    date() = default;
    explicit date(std::string value) : std::string(std::move(value)) {}
};

/// A moment in UTC as the contract writes it: `2026-02-10T12:34:56.123456Z`.
struct timestamp : std::string {
    timestamp() = default;
    explicit timestamp(std::string value) : std::string(std::move(value)) {}
};

/// Turns PostgreSQL's text of a timestamptz in a session with TimeZone=UTC into the contract's
/// form.
void from_column(std::string_view column, timestamp& value);
void from_column(std::string_view column, date& value);

/// A text that may not be shown to anyone, not even in a report about the request that sent it, and
/// that is wiped when it goes.
template <class T>
struct secret {
    T value{};
    secret() = default;
    secret(T text) : value(std::move(text)) {}
    secret(secret const&) = default;
    secret(secret&&) = default;
    secret& operator=(secret const&) = default;
    secret& operator=(secret&&) = default;
    ~secret() { crypto::wipe(value); }
    T const& operator*() const { return value; }
    T const* operator->() const { return &value; }
};

/// A number or bool that may be left out, but not null.
template <class T, auto Value>
struct or_default {
    static constexpr auto standard = Value;
    T value = T(Value);
    T const& operator*() const { return value; }
    T const* operator->() const { return &value; }
};
/// The same for texts.
template <class T, literal Value>
struct or_text {
    static constexpr auto standard = Value;
    T value = T(std::string(Value.view()));
    T const& operator*() const { return value; }
    T const* operator->() const { return &value; }
};
/// A list that may be left out.
template <class T>
struct or_empty {
    std::vector<T> value;
    std::vector<T> const& operator*() const { return value; }
    std::vector<T> const* operator->() const { return &value; }
};

/// A member of a PATCH body: absent leaves the column as it is, null clears it.
template <class T>
struct patch {
    bool present = false;
    std::optional<T> value;
    bool clears() const { return present && !value; }
};

/// Member of a statement's PATCH parameters: whether to change, then to what.
template <class Parameters, class T>
void add_patch(Parameters& list, patch<T> const& change) {
    list.add(change.present);
    list.add(change.value);
}

/// JSON text that is written as it is. Only for texts the server itself made.
struct raw_json {
    std::string text;
};

/// The version of an item's, file's or contact's encryption: 1 by the server, 2 by the client.
using encryption_version = integer<1, 2>;

/// Pages of lists: `page` from 1, `limit` to 1000. The bound of `page` keeps the offset in 64 bits.
struct page_query {
    or_default<integer<1, 1'000'000'000>, 1> page;
    or_default<integer<1, 1000>, 50> limit;
    std::int64_t offset() const { return (page.value - 1) * limit.value; }
};

BOOST_DESCRIBE_STRUCT(page_query, (), (page, limit))

/// Whether this is the text of an id as the server makes them: a UUID in lower case. Ids of adopted
/// installations are of any version.
bool is_uuid(std::string_view text);

/// Whether the text is well-formed UTF-8 (RFC 3629).
bool is_utf8(std::string_view text);
/// The number of Unicode characters of a well-formed UTF-8 text.
std::size_t count_characters(std::string_view text);

/// Today's or another calendar date's parts, or nothing when the text is no `YYYY-MM-DD`.
struct civil_date {
    int year, month, day;
};
std::optional<civil_date> parse_date(std::string_view text);

} // namespace kinvault::schema
