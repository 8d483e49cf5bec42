// What a database is: empty, ours, or that of the original system at the one revision that is taken
// over. Used by the taking over and by its dry run.
#pragma once

#include "storage/postgres/direct.hpp"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace kinvault::domain::adoption {

/// The original's own number for that state, in alembic_version.
inline constexpr char const* known_revision = "022";

/// A row of the statement of this name.
struct situation_row {
    std::string schema;       ///< where its tables are
    std::string encoding;     ///< of the database
    std::int32_t version = 0; ///< of PostgreSQL: 150020 is 15.20
    std::string revision;     ///< what the original wrote down; empty without a record
    bool is_ours = false;
    bool has_revision = false;
    bool is_empty = false;
    std::int64_t other_connections = 0; ///< of clients, to the same database
};
BOOST_DESCRIBE_STRUCT(situation_row, (),
                      (schema, encoding, version, revision, is_ours, has_revision, is_empty,
                       other_connections))

enum class kind { empty, ours, original, unknown };

struct recognition {
    adoption::kind kind = adoption::kind::unknown;
    situation_row found;
    /// How it differs from the state that is known; empty unless `unknown`.
    std::vector<std::string> differences;
    /// What would stop the migrations: rights, extensions, a PostgreSQL that is too old.
    std::vector<std::string> obstacles;
    /// Statements that give constraints our names and columns our defaults.
    std::vector<std::string> adjustments;
};

/// Needs an open transaction and leaves it as it was. Throws database_error, unavailable.
task<recognition> recognize(pg::direct_connection& db);

/// All differences, or all obstacles, as one line for the operator.
std::string in_one_line(std::string const& begin, std::vector<std::string> const& lines);
/// What is said about a database that is `unknown`.
std::string refusal(recognition const& found);

} // namespace kinvault::domain::adoption
