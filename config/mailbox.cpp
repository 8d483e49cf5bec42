#include "config/mailbox.hpp"

#include "config/values.hpp"

#include <algorithm>

namespace kinvault::config {

namespace {

bool is_address(std::string_view text) {
    static constexpr std::string_view specials = "()<>[]:;,\\\"";
    auto const plain = [](char c) {
        auto const code = static_cast<unsigned char>(c);
        return code > 0x20 && code < 0x7F && specials.find(c) == std::string_view::npos;
    };
    auto const at = text.find('@');
    return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
           text.find('@', at + 1) == std::string_view::npos &&
           std::all_of(text.begin(), text.end(), plain);
}

bool has_controls(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        auto const code = static_cast<unsigned char>(c);
        return code < 0x20 || code == 0x7F;
    });
}

} // namespace

std::string_view mailbox::domain() const {
    return std::string_view(address).substr(address.find('@') + 1);
}

std::optional<mailbox> parse_mailbox(std::string_view text) {
    text = trimmed(text);
    std::string_view name, address = text;
    if (text.ends_with('>')) {
        auto const opening = text.rfind('<');
        if (opening == std::string_view::npos) return std::nullopt;
        address = text.substr(opening + 1, text.size() - opening - 2);
        name = trimmed(text.substr(0, opening));
        if (name.size() >= 2 && name.starts_with('"') && name.ends_with('"')) {
            name = name.substr(1, name.size() - 2);
        }
    }
    if (!is_address(address) || has_controls(name)) return std::nullopt;
    return mailbox{std::string(name), std::string(address)};
}

} // namespace kinvault::config
