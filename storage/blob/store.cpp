#include "storage/blob/store.hpp"

#include <algorithm>

namespace kinvault::blob {

namespace {

bool valid_component(std::string_view text) noexcept {
    return !text.empty() && text.size() <= 255 && text != "." && text != ".." &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                      c == '.' || c == '_' || c == '-';
           });
}

} // namespace

bool valid_key(std::string_view key) noexcept {
    if (key.size() > 500 || key == ".tmp" || key.starts_with(".tmp/")) return false;
    for (;;) {
        auto const slash = key.find('/');
        if (!valid_component(key.substr(0, slash))) return false;
        if (slash == key.npos) return true;
        key.remove_prefix(slash + 1);
    }
}

std::string checked_key(std::string key) {
    if (!valid_key(key)) throw std::invalid_argument("not a valid object key");
    return key;
}

} // namespace kinvault::blob
