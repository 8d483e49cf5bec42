// The pool's inside: which connections there are, who waits for one, when to try again. Used by
// pool.cpp and transaction.cpp only.
//
// Everything happens in reaction to one of: a statement or transaction asked for, answers that
// arrived, a connection made or lost, and the tick of one timer that looks after all deadlines.
#pragma once

#include "storage/postgres/backoff.hpp"
#include "storage/postgres/canceller.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/postgres/pool.hpp"

#include <boost/asio/cancellation_signal.hpp>

#include <list>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace kinvault::pg {

class pool_core final : public std::enable_shared_from_this<pool_core>, private connection_owner {
  public:
    pool_core(executor const& on, pool_options options);
    ~pool_core();

    void start();
    void close() noexcept;
    task<void> closed();
    bool ready() const noexcept { return !shared_.empty(); }
    pool_status status() const;
    executor const& get_executor() const noexcept { return on_; }

    /// A statement on any shared connection.
    void run(awaiting<result> awaiter, statement const* what, parameters values);
    /// A statement of a transaction; `begin` goes ahead of its first one.
    void run_on(connection& own, awaiting<result> awaiter, statement const* what, parameters values,
                char const* begin);
    void acquire(awaiting<lease> awaiter);
    void release(std::shared_ptr<connection> own) noexcept;
    /// A random pause before try number `tries` + 1 of a transaction.
    std::chrono::milliseconds pause(int tries);

  private:
    struct acquirer {
        awaiting<lease> awaiter;
        steady_time deadline;
    };
    template <class Waiter>
    struct on_cancel;
    using connections = std::vector<std::shared_ptr<connection>>;
    using role = connection::role;

    // connection_owner
    void finished(connection& from, std::unique_ptr<request> left, ending how) override;
    void turned(connection& from) override;
    void lost(connection& from, std::string const& reason,
              std::deque<std::unique_ptr<request>> sent, std::unique_ptr<request> unsent) override;

    // Statements: pool_run.cpp
    std::unique_ptr<request> make_request(awaiting<result> awaiter, statement const* what,
                                          parameters values);
    /// With room for one more; one that works on something long only if there is no other.
    connection* fewest_in_flight() noexcept;
    void dispatch(std::unique_ptr<request> what);
    void wait_in_line(std::unique_ptr<request> what);
    void send_waiting();
    void cancel(request& what);
    void finish(request& what, std::exception_ptr error);

    // Transactions: pool_acquire.cpp
    void lend(std::shared_ptr<connection> idle, awaiting<lease> awaiter);
    void lend_idle();
    void cancel(acquirer& who);
    void clean_up(connection& own);
    void roll_back(connection& own);

    // Connections: pool_core.cpp
    void maintain();
    void begin_attempt(role purpose);
    void attempt_ended(role purpose, std::exception_ptr why, connection_handle established);
    void connected(role purpose, connection_handle established);
    void not_connected(role purpose, std::exception_ptr why);
    std::shared_ptr<connection> remove(connection& from) noexcept;
    connections& all(role purpose) noexcept {
        return purpose == role::shared ? shared_ : exclusive_;
    }
    int& opening(role purpose) noexcept {
        return purpose == role::shared ? opening_shared_ : opening_exclusive_;
    }
    void setup(connection& fresh);
    bool outage() const noexcept;
    std::exception_ptr not_in_time() const;

    // Time: pool_core.cpp
    void wait_tick();
    void tick();
    void expire(steady_time now);
    void watch(connection& one);
    void start_cancel(connection& of);
    void cancel_done(std::uint64_t id);
    /// When something that begins to wait now has waited enough.
    steady_time patience() const;

    executor on_;
    pool_options const options_;
    conninfo const target_;
    int const most_shared_;
    int const most_exclusive_;

    connections shared_;
    connections exclusive_;
    std::list<std::unique_ptr<request>> waiting_;
    std::list<acquirer> acquirers_;
    int opening_shared_ = 0;
    int opening_exclusive_ = 0;
    std::uint64_t last_id_ = 0;

    // The outage, if there is one: connecting fails since `away_since_`.
    bool away_ = false;
    steady_time away_since_;
    steady_time next_attempt_;
    backoff backoff_;
    std::string last_error_;

    std::minstd_rand random_;
    std::list<std::shared_ptr<asio::cancellation_signal>> attempts_;
    steady_timer ticker_;
    steady_timer attempts_ended_; // cancelled when the last one has
    canceller canceller_;
    bool started_ = false;
    bool stopped_ = false;
};

} // namespace kinvault::pg
