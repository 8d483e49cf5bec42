// A fixed amount of memory that many transfers share: who wants more than is left waits in line.
// Used by the
// S3 store's writers, one lease for each part they hold, and for uploads that are held back.
#pragma once

#include "storage/blob/notifier.hpp"

#include <cstddef>
#include <list>
#include <optional>
#include <utility>

namespace kinvault::blob {

/// Outlives its leases. To keep it free of deadlock, nobody waits for a lease while holding one
/// that only a further lease would let go.
class memory_budget {
  public:
    class lease {
      public:
        lease() = default;
        lease(memory_budget& from, std::size_t bytes) noexcept : from_(&from), bytes_(bytes) {}
        lease(lease&& other) noexcept
            : from_(std::exchange(other.from_, nullptr))
            , bytes_(other.bytes_) {}
        lease& operator=(lease&& other) noexcept {
            std::swap(from_, other.from_);
            std::swap(bytes_, other.bytes_);
            return *this;
        }
        ~lease() {
            if (from_) from_->give_back(bytes_);
        }

      private:
        memory_budget* from_ = nullptr;
        std::size_t bytes_ = 0;
    };

    explicit memory_budget(std::size_t bytes) : total_(bytes), left_(bytes) {}
    memory_budget(memory_budget const&) = delete;
    memory_budget& operator=(memory_budget const&) = delete;

    /// Waits in line; a lease of more than there is at all is one of everything. A coroutine that
    /// is cancelled while it waits leaves the line.
    task<lease> acquire(std::size_t bytes);
    /// The same without waiting: none when there is not as much, or when others wait.
    std::optional<lease> try_acquire(std::size_t bytes);

    std::size_t left() const noexcept { return left_; }
    std::size_t waiting() const noexcept { return line_.size(); }

  private:
    class ticket;

    void give_back(std::size_t bytes);
    void serve();

    std::size_t const total_;
    std::size_t left_;
    std::list<ticket*> line_;
};

} // namespace kinvault::blob
