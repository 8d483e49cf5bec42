#include "storage/postgres/record.hpp"

#include <charconv>
#include <stdexcept>

namespace kinvault::pg {

std::optional<std::string_view> packed_reader::next() {
    if (rest_.starts_with('~')) {
        auto const end = rest_.find(';');
        if (end == std::string_view::npos)
            throw std::invalid_argument("a packed value without end");
        auto const value = rest_.substr(1, end - 1);
        rest_.remove_prefix(end + 1);
        if (value.empty()) return std::nullopt;
        return value;
    }
    std::size_t length = 0;
    auto const* const last = rest_.data() + rest_.size();
    auto const [colon, error] = std::from_chars(rest_.data(), last, length);
    if (colon == last || *colon != ':') throw std::invalid_argument("not packed fields");
    bool const null = colon == rest_.data();
    rest_.remove_prefix(static_cast<std::size_t>(colon + 1 - rest_.data()));
    if (null) return std::nullopt;
    if (error != std::errc() || length > rest_.size()) {
        throw std::invalid_argument("a packed text that is too short");
    }
    auto const value = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return value;
}

namespace detail {

void read_record(packed_reader& from, std::span<field const> fields, void* into) {
    for (auto const& field : fields) {
        auto const value = from.next();
        if (value) {
            field.assign(into, *value);
        } else if (!field.nullable) {
            throw std::invalid_argument("NULL in a packed record where something must be");
        }
    }
}

} // namespace detail

} // namespace kinvault::pg
