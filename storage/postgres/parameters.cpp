#include "storage/postgres/parameters.hpp"

#include "storage/postgres/errors.hpp"

#include <charconv>
#include <cmath>

namespace kinvault::pg {

parameters& parameters::append(std::string_view value) {
    offsets_.push_back(bytes_.size());
    bytes_.append(value);
    bytes_.push_back('\0');
    return *this;
}

parameters& parameters::add(std::string_view value) {
    if (value.find('\0') != std::string_view::npos) {
        throw database_error("a text parameter holds a NUL byte", "22021");
    }
    return append(value);
}

parameters& parameters::add(char const* value) {
    return value ? append(value) : add(std::nullopt);
}

parameters& parameters::add(std::nullopt_t) {
    offsets_.push_back(null);
    return *this;
}

parameters& parameters::add_bool(bool value) {
    return append(value ? "t" : "f");
}

parameters& parameters::add_signed(std::int64_t value) {
    char text[24];
    auto const end = std::to_chars(text, text + sizeof text, value).ptr;
    return append(std::string_view(text, static_cast<std::size_t>(end - text)));
}

parameters& parameters::add_unsigned(std::uint64_t value) {
    char text[24];
    auto const end = std::to_chars(text, text + sizeof text, value).ptr;
    return append(std::string_view(text, static_cast<std::size_t>(end - text)));
}

parameters& parameters::add(double value) {
    if (std::isnan(value)) return append("NaN");
    if (std::isinf(value)) return append(value > 0 ? "Infinity" : "-Infinity");
    char text[32]; // the shortest form that reads back the same needs at most 24
    auto const end = std::to_chars(text, text + sizeof text, value).ptr;
    return append(std::string_view(text, static_cast<std::size_t>(end - text)));
}

parameters& parameters::add(std::vector<std::string> const& values) {
    array_writer array;
    for (auto const& value : values) array.add(value);
    return add(std::string_view(array.take()));
}

std::optional<std::string_view> parameters::value(int index) const noexcept {
    auto const offset = offsets_[static_cast<std::size_t>(index)];
    if (offset == null) return std::nullopt;
    return std::string_view(bytes_.data() + offset);
}

void parameters::pointers(char const** out) const noexcept {
    for (auto const offset : offsets_) *out++ = offset == null ? nullptr : bytes_.data() + offset;
}

} // namespace kinvault::pg
