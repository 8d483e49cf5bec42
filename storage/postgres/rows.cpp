#include "storage/postgres/rows.hpp"

#include <charconv>
#include <cmath>
#include <limits>

namespace kinvault::pg {

namespace {

template <class T>
void number(std::string_view text, T& value) {
    auto const end = text.data() + text.size();
    auto const [stopped, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stopped != end) throw std::invalid_argument("not a fitting number");
}

} // namespace

void from_column(std::string_view text, bool& value) {
    if (text != "t" && text != "f") throw std::invalid_argument("not a boolean");
    value = text == "t";
}

void from_column(std::string_view text, std::int16_t& value) {
    number(text, value);
}
void from_column(std::string_view text, std::int32_t& value) {
    number(text, value);
}
void from_column(std::string_view text, std::int64_t& value) {
    number(text, value);
}
void from_column(std::string_view text, double& value) {
    number(text, value);
}

namespace detail {

void bad_value(std::string_view column, char const* why) {
    throw std::logic_error("column " + std::string(column) + ": " + why);
}

row_reader::row_reader(result const& from, std::span<field const> fields)
    : from_(from)
    , fields_(fields) {
    columns_.reserve(fields.size());
    int next = 0; // columns mostly come in the order of the members
    for (auto const& field : fields) {
        int const column = from.column(field.name, next);
        if (column < 0) {
            throw std::logic_error("member " + std::string(field.name) +
                                   " has no column in the result");
        }
        columns_.push_back(column);
        next = column + 1;
    }
}

void row_reader::read(int row, void* into) const {
    for (std::size_t i = 0; i < fields_.size(); ++i) {
        auto const text = from_.get(row, columns_[i]);
        if (!text) {
            if (fields_[i].nullable) continue; // the row is fresh: already nullopt
            bad_value(fields_[i].name, "NULL for a member that is not optional");
        }
        try {
            fields_[i].assign(into, *text);
        } catch (std::invalid_argument const& e) {
            bad_value(fields_[i].name, e.what());
        }
    }
}

std::optional<std::string_view> scalar_text(result const& from) {
    if (from.empty() || from.columns() == 0) return std::nullopt;
    return from.get(0, 0);
}

} // namespace detail

} // namespace kinvault::pg
