#include "domain/reminders/mailing.hpp"

#include "sql/statements.hpp"
#include "storage/postgres/record.hpp"
#include "storage/postgres/rows.hpp"

#include <boost/describe/class.hpp>

#include <algorithm>

namespace kinvault::domain::reminders {

namespace {

/// Reminders of one transaction.
constexpr int batch = 50;
/// A reminder that no mail server took for so long is left to the list in the vault.
constexpr std::chrono::hours mail_lifetime{72};

bool has_date(config::reminder_template const& one, std::chrono::year_month_day date) {
    return std::any_of(one.dates.begin(), one.dates.end(), [&](config::month_day const& day) {
        return static_cast<unsigned>(day.month) == static_cast<unsigned>(date.month()) &&
               static_cast<unsigned>(day.day) == static_cast<unsigned>(date.day());
    });
}

/// The columns of `reminders.move_on`, one entry a reminder.
struct moves {
    std::vector<std::string> ids, dates;
    std::vector<std::optional<std::int64_t>> days;
};

} // namespace

struct mailing_member : pg::record {
    std::string email;
    std::string full_name;
};
BOOST_DESCRIBE_STRUCT(mailing_member, (), (email, full_name))

/// A reminder that is to be mailed now.
struct mailing::due_row {
    std::string title;
    std::string date;
    std::optional<std::string> note;
    std::string item_name;
    std::vector<mailing_member> members;

    BOOST_DESCRIBE_CLASS(due_row, (), (title, date, note, item_name, members), (), ())
};

/// A repeating reminder whose date lies behind us.
struct mailing::passed_row {
    std::string id;
    std::string date;
    std::string repeat;
    std::optional<std::int64_t> repeat_day;
    std::optional<std::string> generated_from;
    std::string subcategory;

    BOOST_DESCRIBE_CLASS(passed_row, (),
                         (id, date, repeat, repeat_day, generated_from, subcategory), (), ())
};

mailing::mailing(pg::pool& db, config::catalogue const& catalogue, mail::outbox* out,
                 std::string frontend_url, clock today)
    : db_(db)
    , catalogue_(catalogue)
    , out_(out)
    , frontend_url_(std::move(frontend_url))
    , today_(std::move(today)) {}

task<mailing_report> mailing::run() {
    auto const today = today_();
    mailing_report report;
    // First what is due, so that nothing passes unmailed; what has moved on may be due again.
    report.mailed = co_await mail_all(today);
    report.moved = co_await move_all(today);
    if (report.moved > 0) {
        std::int64_t const again = co_await mail_all(today);
        report.mailed += again;
    }
    co_return report;
}

task<std::int64_t> mailing::mail_all(sys_days today) {
    std::int64_t all = 0;
    if (!out_) co_return all;
    for (;;) {
        auto body = [&](pg::transaction& transaction) { return mail_batch(transaction, today); };
        std::int64_t const mailed = co_await db_.transact(body);
        all += mailed;
        if (mailed < batch) co_return all;
    }
}

task<std::int64_t> mailing::move_all(sys_days today) {
    std::int64_t all = 0;
    for (;;) {
        auto body = [&](pg::transaction& transaction) { return move_batch(transaction, today); };
        std::int64_t const moved = co_await db_.transact(body);
        all += moved;
        if (moved < batch) co_return all;
    }
}

void mailing::write(std::vector<mail::addressed>& to, due_row const& due, sys_days today) const {
    auto const day = parse_day(due.date);
    // A date that no reminder of ours can have.
    if (!day) return;
    mail::reminder_facts const facts{due.title, due.item_name, *day, due.note};
    for (auto const& member : due.members) {
        to.push_back(
            {member.email, mail::reminder_letter(member.full_name, facts, today, frontend_url_)});
    }
}

task<std::int64_t> mailing::mail_batch(pg::transaction& transaction, sys_days today) {
    pg::parameters parameters(to_date(today), batch);
    auto const result =
        co_await transaction.run(sql::reminders::take_unmailed, std::move(parameters));
    auto const rows = pg::read_rows<due_row>(result);
    std::vector<mail::addressed> mails;
    for (auto const& row : rows) write(mails, row, today);
    co_await out_->add(transaction, "reminder", mail_lifetime, std::move(mails));
    co_return static_cast<std::int64_t>(rows.size());
}

/// What was generated moves along the dates of its template as long as it stands on one of them and
/// nobody has changed how it repeats.
repetition mailing::repetition_of(passed_row const& row, sys_days date) const {
    repetition how;
    how.repeat = row.repeat;
    how.day = static_cast<unsigned>(row.repeat_day.value_or(0));
    if (!row.generated_from) return how;
    for (auto const& one : catalogue_.reminders) {
        auto const& entities = one.entities;
        bool const is_it =
            one.title == *row.generated_from && one.repeat == row.repeat &&
            std::find(entities.begin(), entities.end(), row.subcategory) != entities.end();
        if (is_it && one.dates.size() > 1 && has_date(one, date)) {
            how.dates = one.dates;
            break;
        }
    }
    return how;
}

task<std::int64_t> mailing::move_batch(pg::transaction& transaction, sys_days today) {
    pg::parameters parameters(to_date(today), batch);
    auto const result =
        co_await transaction.run(sql::reminders::lock_passed, std::move(parameters));
    moves all;
    for (auto const& row : pg::read_rows<passed_row>(result)) {
        auto const date = parse_day(row.date);
        if (!date) continue;
        auto const how = repetition_of(row, *date);
        auto const next = next_date(*date, how, today);
        if (!next) continue;
        all.ids.push_back(row.id);
        all.dates.push_back(to_date(*next));
        // The day that is meant matters to those that count months from their own date.
        auto const own = static_cast<unsigned>(std::chrono::year_month_day(*date).day());
        bool const by_month = how.dates.empty() && row.repeat != "weekly";
        all.days.push_back(by_month ? std::optional(row.repeat_day.value_or(own)) : std::nullopt);
    }
    pg::parameters moved(all.ids, all.dates, all.days);
    if (!all.ids.empty()) {
        co_await transaction.run(sql::reminders::move_on, std::move(moved));
    }
    co_return static_cast<std::int64_t>(all.ids.size());
}

} // namespace kinvault::domain::reminders
