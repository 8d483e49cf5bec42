#include "crypto/encoding.hpp"

#include <algorithm>
#include <array>

namespace kinvault::crypto {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t invalid = 0xff;

constexpr std::array<std::uint8_t, 256> make_reverse() {
    std::array<std::uint8_t, 256> table{};
    table.fill(invalid);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    return table;
}
constexpr std::array<std::uint8_t, 256> reverse = make_reverse();

std::size_t padding_of(std::string_view text) {
    if (text.ends_with("==")) return 2;
    return text.ends_with('=') ? 1 : 0;
}

} // namespace

std::string base64_encode(std::span<const std::uint8_t> data) {
    std::string out((data.size() + 2) / 3 * 4, '=');
    char* to = out.data();
    for (std::size_t i = 0; i < data.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, data.size() - i);
        std::uint32_t group = data[i] << 16;
        if (count > 1) group |= data[i + 1] << 8;
        if (count > 2) group |= data[i + 2];
        for (std::size_t c = 0; c <= count; ++c) to[c] = alphabet[group >> (18 - 6 * c) & 63];
        to += 4;
    }
    return out;
}

std::optional<bytes> base64_decode(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    const std::string_view digits = text.substr(0, text.size() - padding_of(text));
    bytes out;
    out.reserve(text.size() / 4 * 3);
    std::uint32_t pending = 0; // the bits not yet written, `bits` of them
    unsigned bits = 0;
    for (const char c : digits) {
        const std::uint8_t value = reverse[static_cast<unsigned char>(c)];
        if (value == invalid) return std::nullopt;
        pending = pending << 6 | value;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        out.push_back(static_cast<std::uint8_t>(pending >> bits));
        pending &= (1u << bits) - 1;
    }
    if (pending != 0) return std::nullopt;
    return out;
}

std::string hex_encode(std::span<const std::uint8_t> data) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out(data.size() * 2, '\0');
    auto at = out.begin();
    for (const std::uint8_t byte : data) {
        *at++ = digits[byte >> 4];
        *at++ = digits[byte & 15];
    }
    return out;
}

} // namespace kinvault::crypto
