// Where mail is written: rows of the table `outbox`, in the transaction that causes the mail, so
// that what is rolled back is never sent and what is committed is not forgotten. Used by auth,
// people and the job that reminds; postman.hpp takes it from there.
#pragma once

#include "config/mailbox.hpp"
#include "crypto/sealing.hpp"
#include "domain/auth/service.hpp"
#include "domain/mail/letter.hpp"
#include "domain/people/service.hpp"
#include "storage/postgres/session.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace kinvault::domain::mail {

/// The key that mails are sealed under until they are sent.
crypto::sealing_key outbox_key(std::string_view secret_key);

/// A letter and whom it goes to.
struct addressed {
    std::string to; ///< passed over unless it is an email address
    letter what;
};

class outbox final : public auth::mailer, public people::mailer {
  public:
    /// The key must live as long as this.
    outbox(crypto::sealing_key const& key, config::mailbox from)
        : key_(key)
        , from_(std::move(from)) {}

    task<void> reset_link(pg::session& db, std::string email, std::string full_name,
                          std::string link) override;
    task<void> invitation(pg::session& db, std::string email, std::string full_name,
                          std::string org_name, std::string inviter, std::string link) override;

    /// One mail to each. `purpose` is for the log; nobody tries to send them after `lifetime`.
    task<void> add(pg::session& db, std::string_view purpose, std::chrono::seconds lifetime,
                   std::vector<addressed> mails);

  private:
    task<void> add_one(pg::session& db, std::string_view purpose, std::chrono::seconds lifetime,
                       std::string email, letter what);

    crypto::sealing_key const& key_;
    config::mailbox from_;
};

} // namespace kinvault::domain::mail
