// Search: unarchived items whose name or plain values contain a text. What is searched is kept by
// the writers of items (items::searchable_text), so ciphertext never matches.
#pragma once

#include "domain/items/service.hpp"
#include "domain/search/schema.hpp"

namespace kinvault::domain::search {

class service {
  public:
    service(pg::pool& db, items::service const& items) : db_(db), items_(items) {}

    /// The newest changes first, 50 at most. `total` counts all matches among the newest 1000
    /// items, and the others too where those have fewer than 50: so the work has a bound.
    task<items::item_page> find(caller who, search_query asked);

  private:
    pg::pool& db_;
    items::service const& items_;
};

} // namespace kinvault::domain::search
