#include "domain/items/version.hpp"

#include "crypto/digest.hpp"

namespace kinvault::domain::items {

namespace {

/// Enough that no two lists of files an item ever had are taken for one another.
constexpr std::size_t file_digits = 16;

/// Of a file, only its shown name can change.
std::string digest_of(std::vector<file> const& files) {
    std::string text;
    for (auto const& one : files) {
        auto const name = one.display_name.value_or("");
        text.append(one.id).append(std::to_string(name.size())).append(":").append(name);
    }
    return crypto::sha256_hex(text).substr(0, file_digits);
}

} // namespace

std::string version_of(item const& shown) {
    // Every write moves updated_at by a microsecond at least.
    std::string version;
    for (char const c : shown.updated_at) {
        if (c >= '0' && c <= '9') version += c;
    }
    if (!shown.files.empty()) version.append("-").append(digest_of(shown.files));
    return version;
}

} // namespace kinvault::domain::items
