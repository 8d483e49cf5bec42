#include "storage/postgres/canceller.hpp"

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace kinvault::pg {

namespace {
/// Each costs the server a process for a moment.
constexpr int most_at_once = 4;
} // namespace

/// Shared with the threads, which may outlive the canceller when a server does not answer.
struct canceller::mailbox {
    std::mutex lock;
    canceller* to = nullptr;
    executor on;

    explicit mailbox(executor const& on) : on(on) {}

    static void deliver(std::shared_ptr<mailbox> const& box, std::uint64_t id) {
        std::lock_guard const held(box->lock);
        if (!box->to) return; // and then the io_context may be gone too
        asio::post(box->on, [box, id] {
            // On the event loop, as is the destructor: no lock is needed to use `to`.
            if (!box->to) return;
            --box->to->running_;
            box->to->done_(id);
        });
    }
};

canceller::canceller(executor const& on, callback done)
    : mailbox_(std::make_shared<mailbox>(on))
    , done_(std::move(done)) {
    mailbox_->to = this;
}

canceller::~canceller() {
    std::lock_guard const held(mailbox_->lock);
    mailbox_->to = nullptr;
}

bool canceller::start(cancel_handle what, std::uint64_t id) {
    if (!what || running_ >= most_at_once) return false;
    auto work = [box = mailbox_, what = std::move(what), id] {
        char reason[256];
        if (!PQcancel(what.get(), reason, sizeof reason)) {
            spdlog::warn("postgres: a statement could not be cancelled");
        }
        mailbox::deliver(box, id);
    };
    try {
        std::thread(std::move(work)).detach();
    } catch (std::system_error const&) {
        return false;
    }
    ++running_;
    return true;
}

} // namespace kinvault::pg
