// From JSON to described structs, with all faults of a request in one 422 report. Used by the typed
// endpoints of the server for bodies, query strings and forms. What holds between members of a
// struct, its module says by `check_members(report&, place const&, json::object const&, T const&)`,
// which is called after they have been read.
#pragma once

#include "domain/error.hpp"
#include "domain/schema/types.hpp"

#include <boost/describe/bases.hpp>
#include <boost/describe/members.hpp>
#include <boost/json/value.hpp>
#include <boost/mp11/algorithm.hpp>

#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace kinvault::schema {

namespace json = boost::json;

/// Parses a JSON document as the contract wants it: UTF-8, at most 32 levels deep, no NaN, no lone
/// surrogates, no member twice. Throws `domain::invalid_input` (`json_invalid`, with the offset in
/// characters).
json::value parse_document(std::string_view text);

/// Where in the input a value stands; a chain on the stack that becomes `loc` when something is
/// wrong.
class place {
  public:
    explicit place(std::string_view root) : name_(root) {}
    place(place const& parent, std::string_view name) : parent_(&parent), name_(name) {}
    place(place const& parent, std::size_t index)
        : parent_(&parent)
        , index_(index)
        , is_index_(true) {}
    json::array list() const;

  private:
    place const* parent_ = nullptr;
    std::string_view name_;
    std::size_t index_ = 0;
    bool is_index_ = false;
};

/// Collects the faults of one request.
class report {
  public:
    /// With `hide_input`, no part of what was sent is repeated: for bodies that have secrets.
    explicit report(bool hide_input = false) : hide_input_(hide_input) {}

    void add(std::string_view type, std::string message, place const& where,
             json::value const* input, json::object context = {});
    void hide_input(bool hide) { hide_input_ = hide; }
    bool empty() const { return faults_.empty(); }
    /// Throws `domain::invalid_input` when there are faults.
    void raise();

  private:
    std::vector<domain::fault> faults_;
    bool hide_input_;
};

// --- what the templates below stand on ---

void read_text(report&, place const&, json::value const&, std::string& out, std::size_t least,
               std::size_t most);
void read_integer(report&, place const&, json::value const&, std::int64_t& out, std::int64_t least,
                  std::int64_t most);
void read_bool(report&, place const&, json::value const&, bool& out);
void read_date(report&, place const&, json::value const&, date& out);
void read_choice(report&, place const&, json::value const&, std::string& out,
                 std::span<std::string_view const> names);
/// The object, or nullptr after a report.
json::object const* read_object(report&, place const&, json::value const&);
json::array const* read_array(report&, place const&, json::value const&);
void report_missing(report&, place const&, json::object const& enclosing);

/// Whether a member of this type may be left out of its object.
template <class T>
inline constexpr bool may_be_absent = false;
template <class T>
inline constexpr bool may_be_absent<std::optional<T>> = true;
template <class T>
inline constexpr bool may_be_absent<patch<T>> = true;
template <class T, auto V>
inline constexpr bool may_be_absent<or_default<T, V>> = true;
template <class T, literal V>
inline constexpr bool may_be_absent<or_text<T, V>> = true;
template <class T>
inline constexpr bool may_be_absent<or_empty<T>> = true;
template <class T>
inline constexpr bool may_be_absent<secret<T>> = may_be_absent<T>;

template <class T>
using members_of = boost::describe::describe_members<T, boost::describe::mod_public |
                                                            boost::describe::mod_inherited>;

/// Whether a described struct has a secret somewhere.
template <class T>
consteval bool has_secrets();
template <class T>
inline constexpr bool is_secret = false;
template <class T>
inline constexpr bool is_secret<secret<T>> = true;
template <class T>
inline constexpr bool is_secret<std::optional<T>> = is_secret<T>;
template <class T>
consteval bool has_secrets() {
    bool found = false;
    boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
        using type = std::remove_cvref_t<decltype(std::declval<T>().*member.pointer)>;
        if (is_secret<type>) found = true;
    });
    return found;
}

// --- one overload a type of types.hpp ---

inline void read(report& r, place const& at, json::value const& v, std::string& out) {
    read_text(r, at, v, out, 0, unlimited);
}
template <std::size_t Max, std::size_t Min>
void read(report& r, place const& at, json::value const& v, text<Max, Min>& out) {
    read_text(r, at, v, out, Min, Max);
}
template <std::int64_t Min, std::int64_t Max>
void read(report& r, place const& at, json::value const& v, integer<Min, Max>& out) {
    read_integer(r, at, v, out.value, Min, Max);
}
inline void read(report& r, place const& at, json::value const& v, bool& out) {
    read_bool(r, at, v, out);
}
inline void read(report& r, place const& at, json::value const& v, date& out) {
    read_date(r, at, v, out);
}
template <literal... Names>
void read(report& r, place const& at, json::value const& v, choice<Names...>& out) {
    read_choice(r, at, v, out, choice<Names...>::names);
}

// Declared first, so that they find each other.
template <class T>
void read(report&, place const&, json::value const&, std::optional<T>&);
template <class T>
void read(report&, place const&, json::value const&, patch<T>&);
template <class T>
void read(report&, place const&, json::value const&, secret<T>&);
template <class T>
void read(report&, place const&, json::value const&, std::vector<T>&);
template <class T, auto V>
void read(report&, place const&, json::value const&, or_default<T, V>&);
template <class T, literal V>
void read(report&, place const&, json::value const&, or_text<T, V>&);
template <class T>
void read(report&, place const&, json::value const&, or_empty<T>&);
template <class T>
requires boost::describe::has_describe_members<T>::value void read(report&, place const&,
                                                                   json::value const&, T&);

template <class T>
void read(report& r, place const& at, json::value const& v, std::optional<T>& out) {
    if (!v.is_null()) read(r, at, v, out.emplace());
}
template <class T>
void read(report& r, place const& at, json::value const& v, patch<T>& out) {
    out.present = true;
    if (!v.is_null()) read(r, at, v, out.value.emplace());
}
template <class T>
void read(report& r, place const& at, json::value const& v, secret<T>& out) {
    read(r, at, v, out.value);
}
template <class T, auto V>
void read(report& r, place const& at, json::value const& v, or_default<T, V>& out) {
    read(r, at, v, out.value);
}
template <class T, literal V>
void read(report& r, place const& at, json::value const& v, or_text<T, V>& out) {
    read(r, at, v, out.value);
}
template <class T>
void read(report& r, place const& at, json::value const& v, or_empty<T>& out) {
    read(r, at, v, out.value);
}
template <class T>
void read(report& r, place const& at, json::value const& v, std::vector<T>& out) {
    json::array const* list = read_array(r, at, v);
    if (!list) return;
    out.resize(list->size());
    for (std::size_t i = 0; i < list->size(); ++i) read(r, place(at, i), (*list)[i], out[i]);
}
/// The members of T itself, then those of its bases: in this order faults are reported.
template <class T>
void read_members(report& r, place const& at, json::object const& object, T& out) {
    using own = boost::describe::describe_members<T, boost::describe::mod_public>;
    boost::mp11::mp_for_each<own>([&](auto member) {
        auto& value = out.*member.pointer;
        place const here(at, std::string_view(member.name));
        if (json::value const* found = object.if_contains(member.name)) {
            read(r, here, *found, value);
        } else if constexpr (!may_be_absent<std::remove_cvref_t<decltype(value)>>) {
            report_missing(r, here, object);
        }
    });
    using bases = boost::describe::describe_bases<T, boost::describe::mod_public>;
    boost::mp11::mp_for_each<bases>(
        [&](auto base) { read_members<typename decltype(base)::type>(r, at, object, out); });
}
template <class T>
requires boost::describe::has_describe_members<T>::value void read(report& r, place const& at,
                                                                   json::value const& v, T& out) {
    json::object const* object = read_object(r, at, v);
    if (!object) return;
    read_members(r, at, *object, out);
    if constexpr (requires { check_members(r, at, *object, out); }) {
        check_members(r, at, *object, out);
    }
}

} // namespace kinvault::schema
