// Reminders: those detected among the values of items, those that people make, and those generated
// for businesses.
#pragma once

#include "config/catalogue.hpp"
#include "crypto/vault_keys.hpp"
#include "domain/access.hpp"
#include "domain/clock.hpp"
#include "domain/items/model.hpp"
#include "domain/reminders/business.hpp"
#include "domain/reminders/model.hpp"
#include "domain/reminders/schema.hpp"
#include "storage/postgres/pool.hpp"

namespace kinvault::domain::reminders {

class service {
  public:
    service(pg::pool& db, config::catalogue const& catalogue, crypto::master_key const& keys,
            clock today = utc_today)
        : db_(db)
        , catalogue_(catalogue)
        , keys_(keys)
        , today_(std::move(today)) {}

    /// Overdue ones and those of the next 90 days, by date.
    task<std::vector<reminder>> upcoming(caller who);
    task<std::vector<reminder>> overdue(caller who);
    /// All of one item; none for an unknown item.
    task<std::vector<reminder>> of_item(caller who, item_query asked);
    /// 404 for an unknown or archived item.
    task<reminder> create(caller who, create_reminder sent);
    /// What was generated and is changed is no longer generated.
    task<reminder> change(caller who, std::string id, change_reminder sent);
    task<void> remove(caller who, std::string id);
    /// Makes the reminders of a business anew. 400 for other items.
    task<generated_reminders> generate(caller who, std::string item_id);

  private:
    std::optional<reminder> to_wire(reminder_row row, sys_days today) const;
    std::vector<reminder> to_wire(pg::result const& result, sys_days today) const;
    task<std::vector<reminder>> due(caller who, std::chrono::days ahead);
    task<generated_reminders> generate_locked(pg::transaction& transaction, caller const& who,
                                              std::string const& item_id);
    task<business> facts_of(pg::transaction& transaction, std::string const& item_id,
                            items::locked_row const& item, config::reminder_entity const& entity);

    pg::pool& db_;
    config::catalogue const& catalogue_;
    crypto::master_key const& keys_;
    clock today_;
};

} // namespace kinvault::domain::reminders
