#include "storage/postgres/record.hpp"

#include <stdexcept>

namespace kinvault::pg {

std::vector<std::optional<std::string>> parse_record(std::string_view literal) {
    if (literal.size() < 2 || literal.front() != '(' || literal.back() != ')') {
        throw std::invalid_argument("not a composite value");
    }
    std::vector<std::optional<std::string>> fields;
    std::size_t const end = literal.size() - 1;
    std::size_t at = 1;
    for (;;) {
        std::optional<std::string> value;
        while (at < end && literal[at] != ',') {
            if (!value) value.emplace();
            if (literal[at] != '"') {
                *value += literal[at++];
                continue;
            }
            // Inside quotes a quote is doubled and a backslash escapes what follows.
            for (++at;; ++at) {
                if (at >= end) throw std::invalid_argument("an open quote in a composite value");
                if (literal[at] == '\\' && at + 1 < end) {
                    *value += literal[++at];
                } else if (literal[at] != '"') {
                    *value += literal[at];
                } else if (literal[at + 1] == '"') {
                    *value += literal[++at];
                } else {
                    break;
                }
            }
            ++at;
        }
        fields.push_back(std::move(value));
        if (at >= end) return fields;
        ++at;
    }
}

namespace detail {

void assign_fields(std::span<field const> fields, std::string_view literal, void* into) {
    auto const values = parse_record(literal);
    if (values.size() != fields.size()) {
        throw std::invalid_argument("a composite value with another number of fields");
    }
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (values[i]) {
            fields[i].assign(into, *values[i]);
        } else if (!fields[i].nullable) {
            throw std::invalid_argument("NULL in a composite value where something must be");
        }
    }
}

} // namespace detail

} // namespace kinvault::pg
