// Items: creating, reading, changing and archiving them. Values of version 1 are encrypted here
// (those the catalogue says), values of version 2 are the clients' ciphertext and stay as they are.
#pragma once

#include "config/catalogue.hpp"
#include "crypto/vault_keys.hpp"
#include "domain/access.hpp"
#include "domain/items/model.hpp"
#include "storage/postgres/pool.hpp"

namespace kinvault::domain::items {

class service {
  public:
    service(pg::pool& db, config::catalogue const& catalogue, crypto::master_key const& keys)
        : db_(db)
        , catalogue_(catalogue)
        , keys_(keys) {}

    /// 404 for unknown items; archived ones are found.
    task<item> get(caller who, std::string id);
    /// Newest first.
    task<item_page> list(caller who, list_query query);
    /// 400 for kinds the catalogue does not know, 422 for a key given twice.
    task<item> create(caller who, create_item sent);
    /// Changes are whole: of several at once each is done after the other.
    task<item> change(caller who, std::string id, change_item sent);
    /// 404 when it is archived already.
    task<void> archive(caller who, std::string id);
    task<migration_status> migration(caller who);

  private:
    item reveal(item_row row) const;
    task<item> change_locked(pg::transaction& transaction, caller const& who, std::string const& id,
                             change_item const& sent);
    task<std::int64_t> new_version(pg::transaction& transaction, std::string const& id,
                                   locked_row const& locked, change_item const& sent);

    pg::pool& db_;
    config::catalogue const& catalogue_;
    crypto::master_key const& keys_;
};

} // namespace kinvault::domain::items
