// What can go wrong with the database, as the layers above tell it apart: a refused statement, a
// statement that took too long, a database that is away. Used by services and by the server, which
// turns them into 409, 504 and 503.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace kinvault::pg {

/// PostgreSQL refused a statement. `what()` never holds the DETAIL line, which quotes values.
class database_error : public std::runtime_error {
  public:
    database_error(std::string const& message, std::string_view sqlstate,
                   std::string_view constraint = {}, std::string_view table = {},
                   bool retryable = false);

    /// Five characters (PostgreSQL manual, appendix A), such as "23505" for a unique violation.
    std::string const& sqlstate() const noexcept { return sqlstate_; }
    /// Name of the violated constraint, or empty.
    std::string const& constraint() const noexcept { return constraint_; }
    /// Name of the table concerned, or empty.
    std::string const& table() const noexcept { return table_; }
    /// True if the same transaction, done again from its beginning, may well succeed:
    /// serialization failure, deadlock, a plan that DDL has made stale.
    bool retryable() const noexcept { return retryable_; }

  private:
    std::string sqlstate_;
    std::string constraint_;
    std::string table_;
    bool retryable_;
};

/// The statement was stopped because it ran for too long (57014): 504.
class statement_timeout : public database_error {
  public:
    explicit statement_timeout(std::string const& message) : database_error(message, "57014") {}
};

/// No connection, connection lost, or too much waiting already: 503 with Retry-After. What was in
/// flight may or may not have been done.
class unavailable : public std::runtime_error {
  public:
    explicit unavailable(std::string const& message) : std::runtime_error(message) {}
};

} // namespace kinvault::pg
