// The commands `remind` and `mail`.
#include "config/catalogue.hpp"
#include "config/mailbox.hpp"
#include "crypto/random.hpp"
#include "domain/email.hpp"
#include "domain/mail/message.hpp"
#include "domain/reminders/mailing.hpp"
#include "server/command_tools.hpp"
#include "server/commands.hpp"
#include "server/mail/office.hpp"

#include <cstdio>

namespace kinvault::commands {

namespace {

task<int> remind_once(domain::reminders::mailing& mailing) {
    auto const report = co_await mailing.run();
    std::printf("%lld reminders mailed, %lld moved on\n", static_cast<long long>(report.mailed),
                static_cast<long long>(report.moved));
    co_return 0;
}

task<int> send_once(domain::mail::transport& way, domain::mail::envelope what) {
    auto const result = co_await way.send(std::move(what));
    if (result.what == domain::mail::outcome::taken) {
        std::puts("the mail server has taken the mail");
        co_return 0;
    }
    std::fprintf(stderr, "kinvault: the mail was not sent: %s\n", result.why.c_str());
    co_return 1;
}

domain::mail::envelope test_mail(config::mailbox from, std::string to) {
    auto const now = std::chrono::system_clock::now();
    domain::mail::message what;
    what.id = crypto::random_uuid();
    what.from = std::move(from);
    what.to = to;
    what.subject = "A test of the vault's mail";
    what.text = "This mail was sent by the operator of the vault. All is well.\n";
    what.html = "<p>This mail was sent by the operator of the vault. All is well.</p>\n";
    what.date = std::chrono::floor<std::chrono::seconds>(now);
    return {std::move(to), crypto::secret(crypto::as_bytes(domain::mail::render(what)))};
}

} // namespace

int remind(config::loaded const& from) {
    if (int const code = complain(config::check_serve(from.values))) return code;
    asio::io_context context(1);
    auto const catalogue =
        config::load_catalogue(config::find_catalogue_dir(from.values.catalogue_dir));
    pg::pool db(context, small_pool(from.values));
    auto const office = make_mail_office(db, from.values);
    if (!office) std::fputs("kinvault: without SMTP_HOST nothing is mailed\n", stderr);
    domain::reminders::mailing mailing(db, catalogue, outbox_of(office), from.values.frontend_url);
    db.start();
    return run_task(context, remind_once(mailing));
}

int mail(config::loaded const& from) {
    if (from.words.size() != 1 || !domain::is_email(from.words[0])) {
        return complain({"usage: kinvault mail ADDRESS"});
    }
    auto const sender = config::parse_mailbox(from.values.smtp_from);
    if (from.values.smtp_host.empty()) return complain({"SMTP_HOST: is missing"});
    if (!sender) return complain({"SMTP_FROM: is not an address like vault@example.org"});
    asio::io_context context(1);
    smtp way(smtp_options_of(from.values, sender->address));
    return run_task(context, send_once(way, test_mail(*sender, from.words[0])));
}

} // namespace kinvault::commands
