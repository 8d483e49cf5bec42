// What a store shares with its readers, its writers and what these leave running in the background.
// Used within storage/blob/s3.
#pragma once

#include "storage/blob/memory_budget.hpp"
#include "storage/blob/pages.hpp"
#include "storage/blob/s3/client.hpp"
#include "storage/workers.hpp"

#include <memory>
#include <vector>

namespace kinvault::blob::s3 {

/// The memory of parts, used again while uploads run: pages that are new to the process cost as
/// much as half a checksum. With the last upload all of it goes back to the system.
class part_pages {
  public:
    explicit part_pages(std::size_t part_size) : part_size_(part_size) {}

    std::shared_ptr<pages> take() {
        if (spare_.empty()) return std::make_shared<pages>(part_size_);
        auto result = std::move(spare_.back());
        spare_.pop_back();
        return result;
    }
    /// Only pages that nobody reads any more. Those of what was known to be smaller are not kept.
    void put(std::shared_ptr<pages> used) {
        if (uploads_ > 0 && used->size() == part_size_) spare_.push_back(std::move(used));
    }
    void begin_upload() noexcept { ++uploads_; }
    void end_upload() noexcept {
        if (--uploads_ == 0) spare_.clear();
    }

  private:
    std::size_t const part_size_;
    std::size_t uploads_ = 0;
    std::vector<std::shared_ptr<pages>> spare_; ///< never more than there were leases at once
};

struct core {
    core(options settings, workers& pool)
        : client(std::move(settings))
        , memory(client.settings().upload_memory)
        , parts(client.settings().part_size)
        , pool(pool) {}

    s3::client client;
    memory_budget memory;
    part_pages parts;
    workers& pool;
};

} // namespace kinvault::blob::s3
