// All that a server with SMTP settings has for its mail, tied together. Used by the application and
// by commands that write mail.
#pragma once

#include "config/settings.hpp"
#include "crypto/sealing.hpp"
#include "domain/mail/outbox.hpp"
#include "domain/mail/postman.hpp"
#include "server/mail/smtp.hpp"

#include <memory>

namespace kinvault {

struct mail_office {
    /// Throws std::exception with one clear line when a setting is wrong.
    mail_office(pg::pool& db, config::settings const& from);

    crypto::sealing_key key;
    domain::mail::outbox outbox;
    smtp way;
    domain::mail::postman postman;
};

/// Null without SMTP_HOST: then no mail is written or sent.
std::unique_ptr<mail_office> make_mail_office(pg::pool& db, config::settings const& from);
/// What modules that send mail take: null when there is no office.
domain::mail::outbox* outbox_of(std::unique_ptr<mail_office> const& office);

} // namespace kinvault
