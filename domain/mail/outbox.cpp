#include "domain/mail/outbox.hpp"

#include "crypto/bytes.hpp"
#include "crypto/random.hpp"
#include "domain/email.hpp"
#include "domain/mail/message.hpp"
#include "sql/statements.hpp"

#include <spdlog/spdlog.h>

namespace kinvault::domain::mail {

namespace {

// As long as the links in them work (contract, sections 2 and 11).
constexpr std::chrono::hours reset_lifetime{1};
constexpr std::chrono::hours invitation_lifetime{72};

/// The columns of `outbox.add`, one entry a mail.
struct columns {
    std::vector<std::string> ids, recipients, messages;
};

void add_row(columns& to, crypto::sealing_key const& key, config::mailbox const& from,
             addressed const& mail) {
    message what;
    what.id = crypto::random_uuid();
    what.from = from;
    what.to = mail.to;
    what.subject = mail.what.subject;
    what.text = text_of(mail.what);
    what.html = html_of(mail.what);
    what.date = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    std::string whole = render(what);
    to.messages.push_back(key.seal(whole));
    to.ids.push_back(std::move(what.id));
    to.recipients.push_back(mail.to);
    for (auto* text : {&whole, &what.text, &what.html}) crypto::wipe(*text);
}

} // namespace

crypto::sealing_key outbox_key(std::string_view secret_key) {
    return crypto::sealing_key(secret_key, "outbox");
}

task<void> outbox::add(pg::session& db, std::string_view purpose, std::chrono::seconds lifetime,
                       std::vector<addressed> mails) {
    columns rows;
    for (auto& mail : mails) {
        // Adopted accounts may have any text for an email.
        if (is_email(mail.to)) {
            add_row(rows, key_, from_, mail);
        } else {
            spdlog::warn("a mail ({}) is not written: the account has no email address", purpose);
        }
        crypto::wipe(mail.what.link);
    }
    if (rows.ids.empty()) co_return;
    pg::parameters parameters(rows.ids, rows.recipients, rows.messages, purpose, lifetime.count());
    co_await db.run(sql::outbox::add, std::move(parameters));
}

task<void> outbox::add_one(pg::session& db, std::string_view purpose, std::chrono::seconds lifetime,
                           std::string email, letter what) {
    std::vector<addressed> mails;
    mails.push_back({std::move(email), std::move(what)});
    co_await add(db, purpose, lifetime, std::move(mails));
}

task<void> outbox::reset_link(pg::session& db, std::string email, std::string full_name,
                              std::string link) {
    auto what = reset_letter(full_name, email, std::move(link));
    co_await add_one(db, "password_reset", reset_lifetime, std::move(email), std::move(what));
}

task<void> outbox::invitation(pg::session& db, std::string email, std::string full_name,
                              std::string org_name, std::string inviter, std::string link) {
    auto what = invitation_letter(full_name, org_name, inviter, std::move(link));
    co_await add_one(db, "invitation", invitation_lifetime, std::move(email), std::move(what));
}

} // namespace kinvault::domain::mail
