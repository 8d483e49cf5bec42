// What happens to custom reminders as days go by: those that are due are mailed to the members of
// the organisation, once, and repeating ones that have passed move on (contract, section 8). Used
// by the hourly job of every server and by `kinvault remind`.
#pragma once

#include "config/catalogue.hpp"
#include "domain/clock.hpp"
#include "domain/mail/outbox.hpp"
#include "domain/reminders/dates.hpp"
#include "storage/postgres/pool.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace kinvault::domain::reminders {

struct mailing_report {
    std::int64_t mailed = 0; ///< reminders; each is a mail to every member
    std::int64_t moved = 0;
};

class mailing {
  public:
    /// Without an outbox nothing is mailed, and nothing counts as mailed. `frontend_url` is where
    /// the link in the mails leads.
    mailing(pg::pool& db, config::catalogue const& catalogue, mail::outbox* out,
            std::string frontend_url, clock today = utc_today);

    /// Safe with several servers at once: they share the reminders between them. A reminder and its
    /// mails are written in one transaction.
    task<mailing_report> run();

  private:
    struct due_row;
    struct passed_row;

    task<std::int64_t> mail_all(sys_days today);
    task<std::int64_t> move_all(sys_days today);
    task<std::int64_t> mail_batch(pg::transaction& transaction, sys_days today);
    task<std::int64_t> move_batch(pg::transaction& transaction, sys_days today);
    void write(std::vector<mail::addressed>& to, due_row const& due, sys_days today) const;
    repetition repetition_of(passed_row const& row, sys_days date) const;

    pg::pool& db_;
    config::catalogue const& catalogue_;
    mail::outbox* out_;
    std::string frontend_url_;
    clock today_;
};

} // namespace kinvault::domain::reminders
