// What the build makes of the files in sql/: a named statement and a migration. Used by the
// generated sources (sql/tool/embed.cpp) and by everybody who runs SQL.
#pragma once

#include <string_view>

namespace kinvault::pg {

/// One SQL statement. Views are of string literals, so they live for ever and end with a NUL.
struct statement {
    /// `module.name`, at most 63 bytes: what it is prepared under. One name always stands for one
    /// text. An empty name means: parse it anew each time.
    std::string_view name;
    std::string_view text;
    /// How many parameters ($1 and up) it takes.
    int parameters = 0;
    /// Changes nothing and locks nothing: it may be run again, and together with others.
    bool reads = false;
};

/// One file of sql/migrations: `0001_vault.sql` has number 1 and name `vault`.
struct migration {
    int number = 0;
    std::string_view name;
    std::string_view text;
};

} // namespace kinvault::pg
