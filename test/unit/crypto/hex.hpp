// Bytes written as hexadecimal text in test vectors. Used by the crypto tests.
#pragma once

#include "crypto/bytes.hpp"

#include <string>
#include <string_view>

inline kinvault::crypto::bytes from_hex(std::string_view text) {
    kinvault::crypto::bytes out;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        out.push_back(
            static_cast<std::uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
    return out;
}

inline std::string_view as_text(const kinvault::crypto::bytes& data) {
    return {reinterpret_cast<const char*>(data.data()), data.size()};
}
