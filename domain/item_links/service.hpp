// Links of licenses, insurances and tax documents to the business they belong to. Which kinds of
// items can be what is in the catalogue. Used by the routes.
#pragma once

#include "config/catalogue.hpp"
#include "crypto/vault_keys.hpp"
#include "domain/access.hpp"
#include "domain/item_links/model.hpp"
#include "domain/item_links/schema.hpp"
#include "storage/postgres/pool.hpp"

namespace kinvault::domain::item_links {

class service {
  public:
    service(pg::pool& db, config::catalogue const& catalogue, crypto::master_key const& keys);

    /// Oldest link first, archived items too.
    task<std::vector<linked_child>> children(caller who, std::string parent_id, type_query query);
    /// Nothing for an item without a link of this type.
    task<std::optional<linked_parent>> parent(caller who, std::string child_id, type_query query);
    /// An item has one parent a type of link: 409 for a second. Neither may be archived (404).
    task<linked_parent> link(caller who, std::string child_id, new_link sent);
    task<void> unlink(caller who, std::string child_id, type_query query);

  private:
    linked_child reveal(child_row row) const;

    pg::pool& db_;
    config::catalogue const& catalogue_;
    crypto::master_key const& keys_;
    std::vector<std::string> parent_kinds_; ///< keys of subcategories, sorted
    std::vector<std::string> child_kinds_;
};

} // namespace kinvault::domain::item_links
