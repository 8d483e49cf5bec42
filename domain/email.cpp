#include "domain/email.hpp"

#include "domain/text.hpp"

#include <algorithm>

namespace kinvault::domain {

std::string normal_email(std::string_view text) {
    return lower_case(trim(text));
}

bool is_email(std::string_view text) {
    static constexpr std::string_view specials = "()<>[]:;,\\\"";
    auto const harmful = [](char c) {
        auto const code = static_cast<unsigned char>(c);
        return code <= 0x20 || code == 0x7F || specials.find(c) != std::string_view::npos;
    };
    auto const at = text.find('@');
    return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
           text.find('@', at + 1) == std::string_view::npos &&
           std::none_of(text.begin(), text.end(), harmful) &&
           first_word(text).first.size() == text.size();
}

} // namespace kinvault::domain
