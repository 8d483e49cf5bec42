#include "storage/postgres/result.hpp"

#include <libpq-fe.h>

#include <charconv>

namespace kinvault::pg {

void result::clear::operator()(pg_result* p) const noexcept {
    PQclear(p);
}

int result::rows() const noexcept {
    return PQntuples(owned_.get());
}

int result::columns() const noexcept {
    return PQnfields(owned_.get());
}

bool result::is_null(int row, int column) const noexcept {
    return PQgetisnull(owned_.get(), row, column) != 0;
}

std::optional<std::string_view> result::get(int row, int column) const noexcept {
    if (is_null(row, column)) return std::nullopt;
    auto const length = static_cast<std::size_t>(PQgetlength(owned_.get(), row, column));
    return std::string_view(PQgetvalue(owned_.get(), row, column), length);
}

int result::column(std::string_view name, int first) const noexcept {
    // Not PQfnumber: that one folds case and allocates.
    int const count = columns();
    for (int i = 0; i < count; ++i) {
        int const at = (first + i) % count;
        if (name == PQfname(owned_.get(), at)) return at;
    }
    return -1;
}

std::string_view result::column_name(int column) const noexcept {
    char const* name = PQfname(owned_.get(), column);
    return name ? name : std::string_view();
}

std::int64_t result::affected() const noexcept {
    if (!owned_) return 0;
    std::string_view const text = PQcmdTuples(owned_.get());
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::string_view result::tag() const noexcept {
    return owned_ ? PQcmdStatus(owned_.get()) : std::string_view();
}

} // namespace kinvault::pg
