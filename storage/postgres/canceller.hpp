// Asks the server to stop a statement. libpq's only way to do so blocks (until version 17), so it
// happens on a short-lived thread. Used by pool_core.hpp.
#pragma once

#include "storage/async.hpp"
#include "storage/postgres/handles.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace kinvault::pg {

class canceller {
  public:
    using callback = std::function<void(std::uint64_t)>;

    /// `done(id)` is called on the event loop once a cancel has been dealt with, never after this
    /// object is gone.
    canceller(executor const& on, callback done);
    ~canceller();
    canceller(canceller const&) = delete;
    canceller& operator=(canceller const&) = delete;

    /// False if too many are on their way already, or no thread could be had: try again later.
    bool start(cancel_handle what, std::uint64_t id);

  private:
    struct mailbox;
    std::shared_ptr<mailbox> mailbox_;
    int running_ = 0;
    callback done_;
};

} // namespace kinvault::pg
