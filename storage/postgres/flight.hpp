// What is in flight on one connection in pipeline mode, and which answer belongs to whom: pure
// state, no socket. Used by connection.hpp.
//
// The answers to a request come as: one or more results for each of its commands, each closed by a
// separator. Then comes a sync, of its own or one that several reads share; a failure before it
// makes the server skip the rest of them.
#pragma once

#include "storage/postgres/request.hpp"

#include <cstdint>
#include <deque>
#include <memory>

namespace kinvault::pg {

/// What becomes of a request that has been answered.
enum class ending {
    done,            ///< answered, `answer` holds it
    failed,          ///< `failed` says why
    abandoned,       ///< nobody wants the answer
    send_unprepared, ///< the plan is stale: send it once more, with its text
    send_again,      ///< it was hit by the cancel meant for another: send it once more
    send_alone       ///< it was skipped because another failed: send it with a sync of its own
};

class flight {
  public:
    bool empty() const noexcept { return requests_.empty(); }
    std::size_t size() const noexcept { return requests_.size(); }
    /// The one the server works on now, if any.
    request* head() const noexcept { return empty() ? nullptr : requests_.front().get(); }

    void push(std::unique_ptr<request> sent);

    // Events, in the order in which libpq gives them; all concern the head.
    void answered(result answer);
    void refused(failure why);
    /// The command was not run because an earlier one before the same sync failed.
    void skipped();
    /// Gives the head if it leaves with this: with all answers to one that shares its sync.
    std::unique_ptr<request> separated();
    /// Gives the head if the sync was its own.
    std::unique_ptr<request> synced();
    /// What to do with a request that has just left.
    ending settle(request const& left) const;

    /// A cancel request is on its way to the server, and has been dealt with there. Until then, and
    /// for everything sent before then, a cancelled statement may be an innocent one.
    void cancel_begun() { ++cancels_; }
    void cancel_ended();
    bool cancelling() const noexcept { return cancels_ > 0; }

    /// Takes out all there is: the connection is lost.
    std::deque<std::unique_ptr<request>> take();

  private:
    std::unique_ptr<request> leave();

    std::deque<std::unique_ptr<request>> requests_;
    std::uint64_t last_number_ = 0;
    int cancels_ = 0;
    std::uint64_t cancel_horizon_ = 0;
};

} // namespace kinvault::pg
