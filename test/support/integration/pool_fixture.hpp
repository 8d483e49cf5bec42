// What every test of the pool needs: a database, an io_context, a pool on it, and statements to
// run. Used by test/integration/postgres_*.cpp.
#pragma once

#include "storage/postgres/pool.hpp"
#include "test/support/integration/background.hpp"
#include "test/support/integration/database.hpp"

#include <memory>
#include <string>

namespace kinvault::test {

/// Runs a statement and gives the first value; empty for NULL and for no row.
task<std::string> value_of(pg::session& on, pg::statement const& what, pg::parameters values);

struct pool_fixture {
    asio::io_context io;
    database own;
    pg::pool_options options;
    std::unique_ptr<pg::pool> db;

    pool_fixture();
    ~pool_fixture();

    /// Makes the pool from `options`; before, they may be changed.
    pg::pool& start();
    /// One statement to its end.
    std::string run(pg::statement const& what, pg::parameters values = pg::parameters());
    background<std::string> begin(pg::statement const& what,
                                  pg::parameters values = pg::parameters());
    /// Lets the event loop work until `done()`, up to a minute.
    template <class Condition>
    void wait_until(Condition done) {
        auto const limit = std::chrono::steady_clock::now() + std::chrono::minutes(1);
        io.restart();
        while (!done()) {
            if (std::chrono::steady_clock::now() > limit) throw never_ended();
            io.run_one_for(std::chrono::milliseconds(10));
        }
    }
    /// The server processes that work for this database's clients other than the asking one, by a
    /// condition on pg_stat_activity.
    int backends(std::string const& condition) const;
    void wait_for_backends(std::string const& condition, int count) {
        wait_until([&] { return backends(condition) == count; });
    }
};

} // namespace kinvault::test
