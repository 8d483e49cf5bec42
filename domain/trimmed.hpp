// A wire type for names that are trimmed before they are measured and stored. Used by the schemas
// of accounts and organisations.
#pragma once

#include "domain/schema/read.hpp"
#include "domain/text.hpp"

namespace kinvault::domain {

/// A text of Min to Max characters without white space at its ends.
template <std::size_t Max, std::size_t Min = 0>
struct trimmed : schema::text<Max, Min> {
    using schema::text<Max, Min>::text;
};

template <std::size_t Max, std::size_t Min>
void read(schema::report& report, schema::place const& at, schema::json::value const& sent,
          trimmed<Max, Min>& out) {
    auto const* text = sent.if_string();
    if (!text) return schema::read_text(report, at, sent, out, Min, Max);
    auto const kept = trim(std::string_view(text->data(), text->size()));
    schema::json::value const value(schema::json::string(kept.data(), kept.size()));
    schema::read_text(report, at, value, out, Min, Max);
}

} // namespace kinvault::domain
