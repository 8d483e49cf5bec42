// Lists inside the one row of a statement (storage/postgres/record.hpp): with them one statement
// tells "nothing there" from "no list". Used by the services of coverage and saved contacts.
#pragma once

#include "domain/access.hpp"
#include "storage/postgres/record.hpp"

namespace kinvault::domain {

/// The column `entries` of the first row. Entry derives from pg::record.
template <class Entry>
std::vector<Entry> read_entries(pg::result const& result) {
    std::vector<Entry> entries;
    auto const packed = result.get(0, result.column("entries"));
    if (packed) pg::from_column(*packed, entries);
    return entries;
}

/// The same for statements whose `id` is null when there is nothing to have a list: 404 with this
/// text, and refusals like those of `admit`.
template <class Entry>
std::vector<Entry> admit_entries(caller const& who, pg::result const& result,
                                 std::string_view detail) {
    admit(who, result);
    if (!found(result)) refuse(404, detail);
    return read_entries<Entry>(result);
}

} // namespace kinvault::domain
