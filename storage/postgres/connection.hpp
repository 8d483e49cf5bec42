// One established connection in pipeline mode: sends requests, matches answers, notices its own
// end. What becomes of requests is decided by its owner, the pool (pool_core.hpp).
#pragma once

#include "storage/postgres/connect.hpp"
#include "storage/postgres/flight.hpp"
#include "storage/postgres/prepared.hpp"
#include "storage/postgres/request.hpp"

#include <deque>
#include <memory>
#include <string>

namespace kinvault::pg {

class connection;

/// What a connection tells its owner. None of these may destroy it before they return.
class connection_owner {
  public:
    /// A request has been answered and has left the connection.
    virtual void finished(connection& from, std::unique_ptr<request> left, ending how) = 0;
    /// All answers that had arrived have been handed out: there may be room for more.
    virtual void turned(connection& from) = 0;
    /// The connection is closed. `sent` were in flight; `unsent`, if there is one, never left this
    /// process.
    virtual void lost(connection& from, std::string const& reason,
                      std::deque<std::unique_ptr<request>> sent,
                      std::unique_ptr<request> unsent) = 0;

  protected:
    ~connection_owner() = default;
};

/// Held by its owner, and by its own pending handlers until they have run.
class connection : public std::enable_shared_from_this<connection> {
  public:
    enum class role { shared, exclusive };
    /// For an exclusive one: idle, lent to a transaction, or given back and being rolled back.
    enum class use { idle, lent, cleaning };

    /// Takes over a connection made by connect().
    connection(executor const& on, connection_handle established, connection_owner& owner,
               role purpose, std::uint64_t id);
    ~connection();
    connection(connection const&) = delete;
    connection& operator=(connection const&) = delete;

    /// Enters pipeline mode and begins to read. Throws unavailable.
    void open();
    /// Sends at once, or, reads of a shared connection, in this turn of the event loop with others.
    /// A failure ends in owner.lost().
    void send(std::unique_ptr<request> what);
    /// Closes without a word to the owner; what was in flight is returned.
    std::deque<std::unique_ptr<request>> close() noexcept;
    /// Closes and tells the owner.
    void fail(std::string const& reason, std::unique_ptr<request> unsent = nullptr);

    bool closed() const noexcept { return handle_ == nullptr; }
    /// Nothing in flight, no transaction open, and no cancel on its way that could hit the next.
    bool clean() const noexcept;
    flight& in_flight() noexcept { return flight_; }
    /// When the head became the head, by the pool's coarse clock.
    steady_time head_since() const noexcept { return head_since_; }
    void tick(steady_time now) noexcept { now_ = now; }
    /// Whether the head has been at work for more than a tick or two.
    bool is_slow() const noexcept;
    /// How many statements may have to end before the server sends anything.
    int together() const noexcept;
    /// What PQcancel needs; empty when there is none to be had.
    cancel_handle make_cancel() const noexcept;

    role const purpose;
    std::uint64_t const id;
    use state = use::idle;
    int rollbacks = 0;      // tried since it was given back
    steady_time idle_since; // by the pool's coarse clock

  private:
    bool may_share(request const& what);
    bool put(request& what, bool& any_put);
    bool put_sync();
    void begin_shared();
    bool end_shared();
    void sync_or_fail();
    void flush();
    void flush_later();
    void wait_readable();
    void wait_writable();
    void on_readable(boost::system::error_code error);
    void on_writable(boost::system::error_code error);
    void take_answers();
    void take_result(result answer);
    void leave(std::unique_ptr<request> head);
    static void forget_stale(request& left);
    std::string end_reason() const;

    connection_handle handle_;
    connection_owner* owner_;
    pq_descriptor socket_;
    flight flight_;
    prepared_statements prepared_;
    steady_time now_{};
    steady_time head_since_{};
    int sharing_ = 0;   // requests sent that wait for the sync they share
    int syncs_due_ = 0; // sent and not yet answered
    bool flush_posted_ = false;
    bool writing_ = false; // waits until the socket takes more
    bool dying_ = false;   // the server has said that it closes
    std::string last_words_;
};

} // namespace kinvault::pg
