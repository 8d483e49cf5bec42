#include "storage/blob/memory_budget.hpp"

#include <algorithm>

namespace kinvault::blob {

/// A place in the line, left by whichever way the one who waits goes.
class memory_budget::ticket {
  public:
    ticket(memory_budget& budget, std::size_t bytes) : budget_(budget), bytes_(bytes) {
        place_ = budget_.line_.insert(budget_.line_.end(), this);
    }
    ~ticket() {
        if (served_) return;
        budget_.line_.erase(place_);
        budget_.serve(); // who comes next may want less
    }
    ticket(ticket const&) = delete;
    ticket& operator=(ticket const&) = delete;

    task<lease> wait() {
        while (!served_) {
            co_await changed_.wait();
        }
        co_return std::move(lease_);
    }

    std::size_t bytes() const noexcept { return bytes_; }
    void serve() {
        served_ = true;
        lease_ = lease(budget_, bytes_);
        changed_.notify();
    }

  private:
    memory_budget& budget_;
    std::size_t const bytes_;
    std::list<ticket*>::iterator place_;
    bool served_ = false;
    lease lease_;
    notifier changed_;
};

std::optional<memory_budget::lease> memory_budget::try_acquire(std::size_t bytes) {
    if (!line_.empty() || bytes > left_) return {};
    left_ -= bytes;
    return lease(*this, bytes);
}

task<memory_budget::lease> memory_budget::acquire(std::size_t bytes) {
    bytes = std::min(bytes, total_);
    if (auto at_once = try_acquire(bytes)) co_return std::move(*at_once);
    ticket mine(*this, bytes);
    auto result = co_await mine.wait();
    co_return result;
}

void memory_budget::give_back(std::size_t bytes) {
    left_ += bytes;
    serve();
}

void memory_budget::serve() {
    while (!line_.empty() && line_.front()->bytes() <= left_) {
        auto* const first = line_.front();
        line_.pop_front();
        left_ -= first->bytes();
        first->serve();
    }
}

} // namespace kinvault::blob
