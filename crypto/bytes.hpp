// Buffers of bytes, among them the one that is wiped when it dies, and comparison in constant time.
// Used by all of crypto/ and by whoever holds keys, passwords or tokens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kinvault::crypto {

using bytes = std::vector<std::uint8_t>;

// Owns bytes that must not stay in memory: wiped on destruction and on assignment. The size is
// fixed when made, because growing would leave copies behind. A moved-from secret is empty.
class secret {
  public:
    secret() = default;
    // `size` zero bytes, to be filled through data().
    explicit secret(std::size_t size);
    // A copy of `content`; the caller still has to wipe the original.
    explicit secret(std::span<const std::uint8_t> content);
    secret(secret&& other) noexcept;
    secret& operator=(secret&& other) noexcept;
    ~secret();

    std::uint8_t* data() noexcept { return data_.get(); }
    const std::uint8_t* data() const noexcept { return data_.get(); }
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }

    std::span<std::uint8_t> view() noexcept { return {data_.get(), size_}; }
    std::span<const std::uint8_t> view() const noexcept { return {data_.get(), size_}; }
    // The same bytes as text, valid as long as this object.
    std::string_view text() const noexcept;

  private:
    void wipe() noexcept;

    std::unique_ptr<std::uint8_t[]> data_;
    std::size_t size_ = 0;
};

// Overwrites everything the string has room for and leaves it empty.
void wipe(std::string& text) noexcept;
void wipe(std::span<std::uint8_t> content) noexcept;

// Takes the same time wherever the two differ. Strings of different length are unequal at once:
// lengths are not taken to be secret.
bool equal_constant_time(std::string_view left, std::string_view right) noexcept;

inline std::span<const std::uint8_t> as_bytes(std::string_view text) noexcept {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

} // namespace kinvault::crypto
