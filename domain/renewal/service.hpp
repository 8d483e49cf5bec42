// Renewing a policy: a copy that starts today, with all that hangs on it but its files, and the old
// one archived.
#pragma once

#include "domain/items/service.hpp"

namespace kinvault::domain::renewal {

class service {
  public:
    service(pg::pool& db, config::catalogue const& catalogue, items::service const& items,
            clock today = utc_today)
        : db_(db)
        , catalogue_(catalogue)
        , items_(items)
        , today_(std::move(today)) {}

    /// The new item. 404 for one that is unknown or archived (of two renewals at once, the second),
    /// 400 for a kind that cannot be renewed.
    task<items::item> renew(caller who, std::string id);

  private:
    task<items::item> renew_locked(pg::transaction& transaction, caller const& who,
                                   std::string const& id);

    pg::pool& db_;
    config::catalogue const& catalogue_;
    items::service const& items_;
    clock today_;
};

} // namespace kinvault::domain::renewal
