// From described structs to JSON text, straight into the buffer that is sent: compact, members in
// the order of their declaration, null where a value is absent. Used by the typed endpoints.
#pragma once

#include "domain/schema/types.hpp"

#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace kinvault::schema {

void write_text(std::string& out, std::string_view text);
void write_number(std::string& out, std::int64_t number);
/// The shortest text that reads back as the same number, with a fraction (`0.0`). Finite numbers
/// only.
void write_number(std::string& out, double number);

inline void write(std::string& out, std::string const& text) {
    write_text(out, text);
}
inline void write(std::string& out, bool value) {
    out.append(value ? "true" : "false");
}
inline void write(std::string& out, double value) {
    write_number(out, value);
}
inline void write(std::string& out, raw_json const& value) {
    out.append(value.text);
}
template <class T>
requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) void write(std::string& out, T value) {
    write_number(out, static_cast<std::int64_t>(value));
}
template <std::int64_t Min, std::int64_t Max>
void write(std::string& out, integer<Min, Max> value) {
    write_number(out, value.value);
}

template <class T>
void write(std::string& out, std::optional<T> const& value);
template <class T>
void write(std::string& out, std::vector<T> const& list);
template <class T>
requires boost::describe::has_describe_members<T>::value void write(std::string& out,
                                                                    T const& object);

template <class T>
void write(std::string& out, std::optional<T> const& value) {
    if (value)
        write(out, *value);
    else
        out.append("null");
}
template <class T>
void write(std::string& out, std::vector<T> const& list) {
    out += '[';
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (i > 0) out += ',';
        write(out, list[i]);
    }
    out += ']';
}

namespace detail {

/// `,"name":` of a described member.
template <class Descriptor>
inline constexpr auto label = [] {
    constexpr std::string_view name = Descriptor::name;
    std::array<char, name.size() + 4> text{};
    auto at = std::copy_n(",\"", 2, text.begin());
    at = std::copy(name.begin(), name.end(), at);
    std::copy_n("\":", 2, at);
    return text;
}();

} // namespace detail

template <class T>
requires boost::describe::has_describe_members<T>::value void write(std::string& out,
                                                                    T const& object) {
    using members = boost::describe::describe_members<T, boost::describe::mod_public |
                                                             boost::describe::mod_inherited>;
    out += '{';
    bool first = true;
    boost::mp11::mp_for_each<members>([&](auto member) {
        constexpr auto& label = detail::label<decltype(member)>;
        auto const comma = first ? 1 : 0;
        out.append(label.data() + comma, label.size() - comma);
        first = false;
        write(out, object.*member.pointer);
    });
    out += '}';
}

} // namespace kinvault::schema
