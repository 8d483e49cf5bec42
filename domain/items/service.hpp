// Items: creating, reading, changing and archiving them. Values of version 1 are encrypted here
// (those the catalogue says), values of version 2 are the clients' ciphertext and stay as they are.
#pragma once

#include "config/catalogue.hpp"
#include "crypto/vault_keys.hpp"
#include "domain/access.hpp"
#include "domain/clock.hpp"
#include "domain/items/model.hpp"
#include "domain/items/version.hpp"
#include "domain/reminders/business.hpp"
#include "storage/postgres/pool.hpp"

namespace kinvault::domain::items {

class service {
  public:
    service(pg::pool& db, config::catalogue const& catalogue, crypto::master_key const& keys,
            clock today = utc_today)
        : db_(db)
        , catalogue_(catalogue)
        , keys_(keys)
        , today_(std::move(today)) {}

    /// 404 for unknown items; archived ones are found.
    task<item> get(caller who, std::string id);
    /// Newest first.
    task<item_page> list(caller who, list_query query);
    /// 400 for kinds the catalogue does not know, 422 for a key given twice. A business gets its
    /// reminders with it.
    task<item> create(caller who, create_item sent);
    /// Changes are whole: of several at once each is done after the other, and of several that
    /// expect one version only the first.
    task<item> change(caller who, std::string id, change_item sent, precondition expected = {});
    /// 404 when it is archived already.
    task<void> archive(caller who, std::string id, precondition expected = {});
    task<migration_status> migration(caller who);

    /// A row as the client sees it: values of version 1 decrypted. For modules that read items.
    item reveal(item_row row) const;
    /// Throws version_mismatch unless an item, which the transaction has locked, is as expected.
    task<void> require_version(pg::transaction& transaction, std::string const& id,
                               expected_versions const& expected);

  private:
    reminders::generated reminders_of(create_item const& sent) const;
    task<item> change_locked(pg::transaction& transaction, caller const& who, std::string const& id,
                             change_item const& sent, precondition const& expected);
    task<void> archive_locked(pg::transaction& transaction, caller const& who,
                              std::string const& id, expected_versions const& expected);
    task<void> archive_in(pg::session& db, caller const& who, std::string const& id);
    task<std::int64_t> new_version(pg::transaction& transaction, std::string const& id,
                                   locked_row const& locked, change_item const& sent);

    pg::pool& db_;
    config::catalogue const& catalogue_;
    crypto::master_key const& keys_;
    clock today_;
};

} // namespace kinvault::domain::items
