// Where statements run: the pool (each for itself) or a transaction. Services take a session&, so
// that they need not know which.
#pragma once

#include "storage/async.hpp"
#include "storage/postgres/parameters.hpp"
#include "storage/postgres/result.hpp"
#include "storage/postgres/statement.hpp"

namespace kinvault::pg {

class session {
  public:
    virtual ~session() = default;

    /// Runs one statement and gives its answer. Throws database_error, statement_timeout or
    /// unavailable (errors.hpp), boost::system::system_error (operation_aborted) when cancelled,
    /// and std::logic_error if the number of parameters is wrong. `what` must outlive the await.
    virtual task<result> run(statement const& what, parameters values) = 0;
    task<result> run(statement const& what) { return run(what, parameters()); }

  protected:
    session() = default;
    session(session const&) = default;
    session(session&&) = default;
    session& operator=(session const&) = default;
    session& operator=(session&&) = default;
};

} // namespace kinvault::pg
