#include "server/mail/office.hpp"

#include <stdexcept>

namespace kinvault {

namespace {

config::mailbox sender_of(config::settings const& from) {
    auto sender = config::parse_mailbox(from.smtp_from);
    if (!sender) throw std::runtime_error("SMTP_FROM: is not an address like vault@example.org");
    return std::move(*sender);
}

} // namespace

mail_office::mail_office(pg::pool& db, config::settings const& from)
    : key(domain::mail::outbox_key(from.secret_key))
    , outbox(key, sender_of(from))
    , way(smtp_options_of(from, sender_of(from).address))
    , postman(db, key, way) {}

std::unique_ptr<mail_office> make_mail_office(pg::pool& db, config::settings const& from) {
    if (from.smtp_host.empty()) return nullptr;
    return std::make_unique<mail_office>(db, from);
}

domain::mail::outbox* outbox_of(std::unique_ptr<mail_office> const& office) {
    return office ? &office->outbox : nullptr;
}

} // namespace kinvault
