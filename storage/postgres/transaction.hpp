// A transaction on a connection of its own. Made by pool::transact, used by services as a session.
#pragma once

#include "storage/postgres/session.hpp"

#include <memory>

namespace kinvault::pg {

class connection;
class pool_core;

/// As in SET TRANSACTION; `server_default` leaves it to the server's setting.
enum class isolation { server_default, read_committed, repeatable_read, serializable };

/// A connection lent by the pool; it goes back, rolled back if need be, when this is destroyed.
class lease {
  public:
    lease() noexcept = default;
    lease(std::shared_ptr<pool_core> from, std::shared_ptr<connection> lent) noexcept;
    lease(lease&& other) noexcept = default;
    lease& operator=(lease&& other) noexcept;
    ~lease();

    pool_core& pool() const noexcept { return *from_; }
    connection& lent() const noexcept { return *lent_; }

  private:
    void give_back() noexcept;

    std::shared_ptr<pool_core> from_;
    std::shared_ptr<connection> lent_;
};

class transaction final : public session {
  public:
    transaction(lease on, isolation level) noexcept;

    /// As session::run. After a database_error the server accepts nothing but the end of the
    /// transaction, unless a savepoint was set.
    task<result> run(statement const& what, parameters values) override;
    using session::run;

    /// Commits; for pool::transact. Throws database_error (25P02) if an earlier error, which the
    /// caller swallowed, has made the server roll back.
    task<void> commit();

  private:
    lease on_;
    isolation level_;
    bool begun_ = false;
};

} // namespace kinvault::pg
