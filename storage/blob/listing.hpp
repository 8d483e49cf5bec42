// Goes through all objects of a store in the order of their keys, a page at a time. Used by the
// commands that compare a store with something else in that order.
#pragma once

#include "storage/blob/store.hpp"

#include <utility>

namespace kinvault::blob {

class listing {
  public:
    /// `of` outlives the listing.
    explicit listing(store& of) : store_(of) {}

    /// The current object, null at the end; valid until the next call. Throws store_error.
    task<entry const*> current() {
        if (at_ == page_.size() && !last_) {
            co_await turn();
        }
        co_return at_ < page_.size() ? &page_[at_] : nullptr;
    }
    /// Goes on to the next one.
    void advance() { ++at_; }

  private:
    task<void> turn() {
        constexpr std::size_t page_size = 1000; // S3 gives no more at once
        std::string after = page_.empty() ? std::string() : page_.back().key;
        page_ = co_await store_.list(std::move(after), page_size);
        last_ = page_.size() < page_size;
        at_ = 0;
    }

    store& store_;
    std::vector<entry> page_;
    std::size_t at_ = 0;
    bool last_ = false;
};

} // namespace kinvault::blob
