#include "crypto/bytes.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

namespace kinvault::crypto {

secret::secret(std::size_t size)
    : data_(size == 0 ? nullptr : std::make_unique<std::uint8_t[]>(size))
    , size_(size) {}

secret::secret(std::span<const std::uint8_t> content) : secret(content.size()) {
    std::copy(content.begin(), content.end(), data_.get());
}

secret::secret(secret&& other) noexcept
    : data_(std::move(other.data_))
    , size_(std::exchange(other.size_, 0)) {}

secret& secret::operator=(secret&& other) noexcept {
    if (this != &other) {
        wipe();
        data_ = std::move(other.data_);
        size_ = std::exchange(other.size_, 0);
    }
    return *this;
}

secret::~secret() {
    wipe();
}

std::string_view secret::text() const noexcept {
    return {reinterpret_cast<const char*>(data_.get()), size_};
}

void secret::wipe() noexcept {
    crypto::wipe(view());
}

void wipe(std::span<std::uint8_t> content) noexcept {
    if (!content.empty()) OPENSSL_cleanse(content.data(), content.size());
}

void wipe(std::string& text) noexcept {
    // Up to the capacity (no reallocation): the string may have been longer before.
    text.resize(text.capacity());
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

bool equal_constant_time(std::string_view left, std::string_view right) noexcept {
    if (left.size() != right.size()) return false;
    return left.empty() || CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

} // namespace kinvault::crypto
