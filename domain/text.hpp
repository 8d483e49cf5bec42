// Small things done to texts of people: trimming, lower case, cutting to what a column takes. Used
// by the services and by the wire types of trimmed.hpp. All take and give well-formed UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kinvault::domain {

/// Without white space (Unicode's White_Space) at both ends. A view into `text`.
std::string_view trim(std::string_view text);

/// In lower case, character by character (simple case mapping of Unicode).
std::string lower_case(std::string_view text);

/// The first `characters` of a text.
std::string_view cut(std::string_view text, std::size_t characters);

/// The first word, and what follows it, both trimmed.
struct words {
    std::string_view first;
    std::string_view rest;
};
words first_word(std::string_view text);

} // namespace kinvault::domain
