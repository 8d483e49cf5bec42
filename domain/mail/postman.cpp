#include "domain/mail/postman.hpp"

#include "crypto/random.hpp"
#include "sql/statements.hpp"
#include "storage/postgres/rows.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/describe/class.hpp>
#include <spdlog/spdlog.h>

namespace kinvault::domain::mail {

namespace {

/// How long what became of a mail is kept for the operator, days.
constexpr int kept_days = 30;
/// Pauses between attempts to record that a mail was taken.
constexpr std::chrono::seconds record_pause{1};

} // namespace

/// A mail that is ours until the lease ends.
struct postman::claimed_row {
    std::string id;
    std::string purpose;
    std::string recipient;
    std::string message;
    std::int64_t attempts = 0;
    bool is_expired = false;
    std::optional<std::string> last_error;
    std::string claim;

    BOOST_DESCRIBE_CLASS(claimed_row, (),
                         (id, purpose, recipient, message, attempts, is_expired, last_error, claim),
                         (), ())
};

postman::postman(pg::pool& db, crypto::sealing_key const& key, transport& way,
                 postman_options options)
    : db_(db)
    , key_(key)
    , way_(way)
    , options_(options)
    , away_(options.first_away, options.longest_away) {}

task<void> postman::deliver_due() {
    while (!finished_ && clock::now() >= not_before_) {
        auto mail = co_await claim();
        if (!mail) co_return;
        co_await deliver(std::move(*mail));
    }
}

task<void> postman::clean() {
    pg::parameters parameters(kept_days);
    co_await db_.run(sql::outbox::clean, std::move(parameters));
}

task<std::optional<postman::claimed_row>> postman::claim() {
    pg::parameters parameters(crypto::random_uuid(), options_.lease.count());
    auto const result = co_await db_.run(sql::outbox::claim, std::move(parameters));
    auto mail = pg::first_row<claimed_row>(result);
    co_return mail;
}

task<void> postman::deliver(claimed_row mail) {
    if (mail.is_expired) {
        auto const last = mail.last_error ? ": " + *mail.last_error : std::string();
        std::string why = "no mail server took it in time" + last;
        co_await give_up(mail, std::move(why));
        co_return;
    }
    auto content = key_.open(mail.message);
    if (!content) {
        std::string why = "it was sealed under another SECRET_KEY";
        co_await give_up(mail, std::move(why));
        co_return;
    }
    envelope what{mail.recipient, std::move(*content)};
    auto result = co_await way_.send(std::move(what));
    co_await settle(mail, std::move(result));
}

task<void> postman::settle(claimed_row const& mail, delivery result) {
    if (result.what == outcome::out_of_reach) {
        is_away(result.why);
        // No fault of this mail; others come first next time.
        auto const pause = std::chrono::duration_cast<std::chrono::milliseconds>(
            std::max(not_before_ - clock::now(), clock::duration::zero()));
        co_await put_off(mail, mail.attempts, pause, std::move(result.why));
        co_return;
    }
    is_there();
    if (result.what == outcome::taken) {
        co_await record_sent(mail.id, mail.claim);
    } else if (result.what == outcome::refused) {
        co_await give_up(mail, std::move(result.why));
    } else {
        auto const attempts = mail.attempts + 1;
        auto const pause = pause_after(attempts, options_, random_);
        spdlog::info("mail {} ({}) is put off: {}", mail.id, mail.purpose, result.why);
        co_await put_off(mail, attempts, pause, std::move(result.why));
    }
}

/// Insists as long as the database is away, because a mail that is not recorded as sent is sent
/// again when its lease ends.
task<void> postman::record_sent(std::string id, std::string claim) {
    using timer = asio::basic_waitable_timer<clock, asio::wait_traits<clock>, executor>;
    executor const on = co_await asio::this_coro::executor;
    timer pause(on);
    for (;;) {
        try {
            pg::parameters parameters(id, claim);
            co_await db_.run(sql::outbox::sent, std::move(parameters));
            co_return;
        } catch (pg::unavailable const&) {
            spdlog::debug("mail {} was sent, which cannot be recorded yet", id);
        }
        pause.expires_after(record_pause);
        co_await pause.async_wait(use_task);
    }
}

task<void> postman::put_off(claimed_row const& mail, std::int64_t attempts,
                            std::chrono::milliseconds pause, std::string why) {
    pg::parameters parameters(mail.id, mail.claim, pause.count(), attempts, why);
    co_await db_.run(sql::outbox::put_off, std::move(parameters));
}

task<void> postman::give_up(claimed_row const& mail, std::string why) {
    spdlog::error("mail {} ({}) is given up: {}", mail.id, mail.purpose, why);
    pg::parameters parameters(mail.id, mail.claim, why);
    co_await db_.run(sql::outbox::give_up, std::move(parameters));
}

void postman::is_away(std::string const& why) {
    auto const level = reachable_ ? spdlog::level::warn : spdlog::level::debug;
    spdlog::log(level, "the mail server is out of reach, mail waits for it: {}", why);
    reachable_ = false;
    not_before_ = clock::now() + away_.next(random_);
}

void postman::is_there() {
    if (!reachable_) spdlog::info("the mail server is within reach again");
    reachable_ = true;
    away_.reset();
}

} // namespace kinvault::domain::mail
