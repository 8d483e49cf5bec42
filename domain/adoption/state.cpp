#include "domain/adoption/state.hpp"

#include "sql/statements.hpp"
#include "storage/postgres/rows.hpp"

namespace kinvault::domain::adoption {

namespace {

/// gen_random_uuid() without an extension, and extensions without a superuser.
constexpr std::int32_t least_postgres = 130000;
/// Of a long list; the dry run shows all.
constexpr std::size_t most_shown = 8;

struct line_row {
    std::string line;
};
BOOST_DESCRIBE_STRUCT(line_row, (), (line))

task<std::vector<std::string>> lines_of(pg::direct_connection& db, pg::statement const& what,
                                        std::string const& schema) {
    pg::parameters parameters(schema);
    auto const result = co_await db.run(what, std::move(parameters));
    std::vector<std::string> lines;
    for (auto& row : pg::read_rows<line_row>(result)) lines.push_back(std::move(row.line));
    co_return lines;
}

task<void> execute(pg::direct_connection& db, pg::statement const& what) {
    co_await db.execute(what.text, what.name);
}

task<situation_row> look(pg::direct_connection& db) {
    co_await execute(db, sql::adoption::read_revision);
    pg::parameters none;
    auto const result = co_await db.run(sql::adoption::situation, std::move(none));
    co_return pg::read_row<situation_row>(result, 0);
}

void compare_outside(situation_row const& found, recognition& result) {
    if (!found.has_revision) {
        result.differences.push_back("table alembic_version is missing");
    } else if (found.revision != known_revision) {
        result.differences.push_back("alembic_version says '" + found.revision + "' instead of '" +
                                     known_revision + "'");
    }
    if (found.encoding != "UTF8") {
        result.differences.push_back("the database's encoding is " + found.encoding +
                                     " instead of UTF8");
    }
    if (found.version < least_postgres) {
        result.obstacles.push_back("PostgreSQL is older than 13");
    }
}

} // namespace

task<recognition> recognize(pg::direct_connection& db) {
    recognition result;
    result.found = co_await look(db);
    if (result.found.is_ours || result.found.is_empty) {
        result.kind = result.found.is_ours ? kind::ours : kind::empty;
        co_return result;
    }
    compare_outside(result.found, result);
    auto const& schema = result.found.schema;
    auto const obstacles = co_await lines_of(db, sql::adoption::obstacles, schema);
    result.obstacles.insert(result.obstacles.end(), obstacles.begin(), obstacles.end());

    // The first migration is that state.
    auto const first = sql::migrations().front().text;
    co_await execute(db, sql::adoption::before_known);
    co_await execute(db, sql::adoption::use_temporary);
    co_await db.execute(first, "the state that is known");
    auto const differences = co_await lines_of(db, sql::adoption::differences, schema);
    result.adjustments = co_await lines_of(db, sql::adoption::adjustments, schema);
    co_await execute(db, sql::adoption::forget_known);
    co_await execute(db, sql::adoption::release_known);
    result.differences.insert(result.differences.end(), differences.begin(), differences.end());
    if (result.differences.empty()) result.kind = kind::original;
    co_return result;
}

std::string in_one_line(std::string const& begin, std::vector<std::string> const& lines) {
    std::string text = begin;
    for (std::size_t i = 0; i < lines.size() && i < most_shown; ++i) {
        text += (i == 0 ? ": " : "; ") + lines[i];
    }
    if (lines.size() > most_shown) {
        text += "; and " + std::to_string(lines.size() - most_shown) + " more";
    }
    return text;
}

std::string refusal(recognition const& found) {
    return in_one_line("the database is neither empty nor an original one at revision " +
                           std::string(known_revision),
                       found.differences);
}

} // namespace kinvault::domain::adoption
