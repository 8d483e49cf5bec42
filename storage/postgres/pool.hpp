// The connections to PostgreSQL. One pool a process, made by main, handed to services as a session
// or as the pool itself where they need transactions.
//
// Single statements of many requests share half of the connections in pipeline mode; transactions
// take one of the other half for themselves.
#pragma once

#include "storage/async.hpp"
#include "storage/postgres/errors.hpp"
#include "storage/postgres/session.hpp"
#include "storage/postgres/transaction.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace kinvault::pg {

struct pool_options {
    /// URL or key=value pairs, as libpq has it; several hosts and Unix sockets are fine.
    std::string conninfo;
    /// Connections in all, at least two: size/2 shared, the rest for transactions.
    int size = 10;
    /// How long the server works on one statement; zero: no limit.
    std::chrono::milliseconds statement_timeout{10000};
    /// How much longer than statement_timeout we wait for a server that has gone silent.
    std::chrono::milliseconds guard{2000};
    /// How long to wait for a connection, also from the beginning of an outage.
    std::chrono::milliseconds acquire_timeout{3000};
    std::chrono::milliseconds connect_timeout{5000};
    /// Beyond so many waiting statements (and as many transactions), refuse at once.
    int max_waiting = 4096;
    /// Statements in flight on one shared connection; a lost connection fails that many.
    int max_in_flight = 64;
    /// A connection for transactions that nobody used for so long is closed.
    std::chrono::milliseconds idle_timeout{300000};
};

/// For metrics and the health check.
struct pool_status {
    int shared = 0;          ///< shared connections that are up
    int exclusive = 0;       ///< connections for transactions that are up
    int lent = 0;            ///< of those, in use
    std::size_t waiting = 0; ///< statements and transactions that wait for a connection
    std::size_t in_flight = 0;
    std::string last_error; ///< why the last attempt to connect failed; empty after a success
};

class pool final : public session {
  public:
    /// Throws std::invalid_argument if the connection string is malformed.
    pool(asio::io_context& on, pool_options options);
    /// Closes every connection. Whoever still awaits an answer gets `unavailable`.
    ~pool();
    pool(pool const&) = delete;
    pool& operator=(pool const&) = delete;

    /// Begins to connect, and from then on keeps the connections up.
    void start();
    /// Closes every connection and waits until attempts to connect have ended as well.
    task<void> stop();
    /// Whether a statement could be sent at once.
    bool ready() const noexcept;
    pool_status status() const;

    task<result> run(statement const& what, parameters values) override;
    using session::run;

    /// Runs `body(transaction&)`, a coroutine, between BEGIN and COMMIT and gives what it gives;
    /// rolls back if it throws. On a serialization failure, a deadlock or a stale plan the whole of
    /// it is done again, three times at most: `body` must not do what cannot be done twice.
    template <class F>
    auto transact(F body, isolation level = isolation::server_default)
        -> std::invoke_result_t<F&, transaction&>;

  private:
    static constexpr int most_tries = 3;

    task<lease> acquire();
    /// Waits before the next try; rethrows if there is none or `failed` is not worth one.
    task<void> before_retry(std::exception_ptr failed, int tries);

    std::shared_ptr<pool_core> core_;
};

template <class F>
auto pool::transact(F body, isolation level) -> std::invoke_result_t<F&, transaction&> {
    using value = typename std::invoke_result_t<F&, transaction&>::value_type;
    for (int tries = 1;; ++tries) {
        std::exception_ptr failed;
        {
            auto own = co_await acquire();
            transaction running(std::move(own), level);
            try {
                if constexpr (std::is_void_v<value>) {
                    co_await body(running);
                    co_await running.commit();
                    co_return;
                } else {
                    auto outcome = co_await body(running);
                    co_await running.commit();
                    co_return outcome;
                }
            } catch (...) {
                failed = std::current_exception();
            }
        }
        co_await before_retry(failed, tries);
    }
}

} // namespace kinvault::pg
