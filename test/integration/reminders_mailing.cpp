// Reminders that are mailed and move on, on a clock that the test moves.
#include <boost/test/unit_test.hpp>

#include "config/catalogue.hpp"
#include "domain/items/service.hpp"
#include "domain/mail/outbox.hpp"
#include "domain/reminders/mailing.hpp"
#include "domain/reminders/service.hpp"
#include "test/support/integration/accounts.hpp"

#include <spdlog/spdlog.h>

namespace {

using namespace kinvault;
using namespace domain;

struct fixture : test::accounts_fixture {
    config::catalogue catalogue = config::load_catalogue(config::find_catalogue_dir({}));
    sys_days today = parse_day("2026-11-22").value();
    std::function<sys_days()> clock = [this] { return today; };
    items::service items{db, catalogue, keys, clock};
    reminders::service service{db, catalogue, keys, clock};
    crypto::sealing_key key = mail::outbox_key("a secret key of at least 32 characters");
    mail::outbox out{key, {"", "vault@example.org"}};
    reminders::mailing mailing{db, catalogue, &out, "https://vault", clock};
    auth::token_response ada = make_user("ada");
    caller who = caller_of(ada);
    std::string item = make_item("ids", "passport");

    // Members without an address are part of it.
    fixture() { spdlog::set_level(spdlog::level::off); }
    ~fixture() { spdlog::set_level(spdlog::level::info); }

    std::string make_item(std::string category, std::string kind) {
        items::create_item sent;
        sent.category = std::move(category);
        sent.subcategory = std::move(kind);
        sent.name = "My passport";
        return run(items.create(who, std::move(sent))).id;
    }
    std::string make(std::string const& date, std::optional<std::string> repeat = {},
                     std::int64_t days_before = 7) {
        reminders::create_reminder sent;
        sent.item_id = item;
        sent.title = "Renew";
        sent.remind_date = schema::date(date);
        if (repeat) sent.repeat.emplace(*repeat);
        sent.remind_days_before.value = reminders::days_before(days_before);
        return run(service.create(who, std::move(sent))).id.value();
    }
    void on(std::string const& day) { today = parse_day(day).value(); }
    /// "mailed moved" of one run.
    std::string pass() {
        auto const report = run(mailing.run());
        return std::to_string(report.mailed) + " " + std::to_string(report.moved);
    }
    std::string pass_on(std::string const& day) {
        on(day);
        return pass();
    }
    std::string date_of(std::string const& id) {
        return own.execute("select remind_date from custom_reminders where id = '" + id + "'");
    }
    std::string mails() {
        return own.execute("select string_agg(recipient, ' ' order by recipient) from outbox");
    }
    /// The latest mail as it will be sent.
    std::string latest() {
        auto const sealed = own.execute("select message from outbox order by created_at desc");
        return std::string(key.open(sealed).value().text());
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(reminders_mailing, fixture)

BOOST_AUTO_TEST_CASE(a_reminder_is_mailed_once_from_its_day_on) {
    make("2026-12-01");
    BOOST_TEST(pass_on("2026-11-23") == "0 0");
    BOOST_TEST(pass_on("2026-11-24") == "1 0");
    BOOST_TEST(mails() == "ada@example.com");
    BOOST_TEST(latest().find("Subject: Reminder: Renew\r\n") != std::string::npos);
    BOOST_TEST(latest().find("Renew - 1 December 2026 (in 7 days)\r\n") != std::string::npos);
    BOOST_TEST(latest().find("My passport") != std::string::npos);
    for (auto const* day : {"2026-11-24", "2026-12-01", "2026-12-02", "2027-12-01"}) {
        BOOST_TEST(pass_on(day) == "0 0");
    }
    BOOST_TEST(mails() == "ada@example.com");
}

BOOST_AUTO_TEST_CASE(every_member_gets_a_mail_of_their_own) {
    add_member(ada, make_user("bob"), "viewer");
    add_member(ada, make_user("eve"), "admin");
    make_user("stranger");
    make("2026-11-22");
    BOOST_TEST(pass() == "1 0");
    BOOST_TEST(mails() == "ada@example.com bob@example.com eve@example.com");
}

BOOST_AUTO_TEST_CASE(a_member_without_an_address_keeps_it_from_nobody) {
    add_member(ada, make_user("bob"), "member");
    own.execute("update users set email = 'no address' where email like 'ada%'");
    make("2026-11-22");
    BOOST_TEST(pass() == "1 0");
    BOOST_TEST(mails() == "bob@example.com");
}

BOOST_AUTO_TEST_CASE(archived_items_neither_mail_nor_move) {
    auto const id = make("2026-11-22", "yearly");
    run(items.archive(who, item));
    BOOST_TEST(pass_on("2026-11-23") == "0 0");
    BOOST_TEST(date_of(id) == "2026-11-22");
}

BOOST_AUTO_TEST_CASE(a_repeating_reminder_moves_on_when_it_has_passed_and_is_mailed_again) {
    auto const id = make("2026-12-01", "monthly");
    BOOST_TEST(pass_on("2026-11-24") == "1 0");
    BOOST_TEST(pass_on("2026-12-01") == "0 0");
    BOOST_TEST(pass_on("2026-12-02") == "0 1");
    BOOST_TEST(date_of(id) == "2027-01-01");
    BOOST_TEST(pass_on("2026-12-24") == "0 0");
    BOOST_TEST(pass_on("2026-12-25") == "1 0");
    BOOST_TEST(mails() == "ada@example.com ada@example.com");
}

BOOST_AUTO_TEST_CASE(one_that_moves_into_its_own_days_before_is_mailed_in_the_same_run) {
    make("2026-11-22", "weekly");
    BOOST_TEST(pass() == "1 0");
    BOOST_TEST(pass_on("2026-11-23") == "1 1");
    BOOST_TEST(latest().find("29 November 2026 (in 6 days)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(after_years_without_a_server_it_moves_beyond_today_at_once) {
    auto const id = make("2026-11-22", "quarterly", 0);
    BOOST_TEST(pass_on("2031-03-01") == "1 1");
    BOOST_TEST(date_of(id) == "2031-05-22");
    BOOST_TEST(pass() == "0 0");
}

BOOST_AUTO_TEST_CASE(the_end_of_the_month_stays_the_end_of_the_month) {
    auto const monthly = make("2027-01-31", "monthly");
    auto const weekly = make("2027-01-31", "weekly");
    on("2027-02-01");
    pass();
    BOOST_TEST(date_of(monthly) == "2027-02-28");
    BOOST_TEST(date_of(weekly) == "2027-02-07");
    pass_on("2027-03-01");
    BOOST_TEST(date_of(monthly) == "2027-03-31");
    BOOST_TEST(date_of(weekly) == "2027-03-07");
    // A weekly one that becomes monthly stays on the day it is on.
    own.execute("update custom_reminders set repeat = 'monthly' where id = '" + weekly + "'");
    pass_on("2027-03-08");
    BOOST_TEST(date_of(weekly) == "2027-04-07");
}

BOOST_AUTO_TEST_CASE(a_leap_day_comes_back_in_leap_years) {
    auto const id = make("2028-02-29", "yearly");
    pass_on("2028-03-01");
    BOOST_TEST(date_of(id) == "2029-02-28");
    pass_on("2029-03-01");
    BOOST_TEST(date_of(id) == "2030-02-28");
    pass_on("2031-03-01");
    BOOST_TEST(date_of(id) == "2032-02-29");
}

BOOST_AUTO_TEST_CASE(what_was_generated_moves_along_the_dates_of_its_template) {
    make_item("business", "llc");
    auto const id =
        own.execute("select id from custom_reminders where title = 'Quarterly Estimated Tax'");
    BOOST_TEST(date_of(id) == "2027-01-15");
    pass_on("2027-01-16");
    BOOST_TEST(date_of(id) == "2027-04-15");
    pass_on("2027-04-16");
    BOOST_TEST(date_of(id) == "2027-06-15");
    // Under another title it is still that reminder; where it repeats in another way it is not.
    own.execute("update custom_reminders set title = 'Tax', is_auto_generated = false");
    pass_on("2027-06-16");
    BOOST_TEST(date_of(id) == "2027-09-15");
    own.execute("update custom_reminders set repeat = 'monthly'");
    pass_on("2027-09-16");
    BOOST_TEST(date_of(id) == "2027-10-15");
}

BOOST_AUTO_TEST_CASE(without_a_mail_server_they_move_and_none_counts_as_mailed) {
    auto const once = make("2026-11-22");
    auto const monthly = make("2026-11-20", "monthly");
    reminders::mailing silent(db, catalogue, nullptr, "https://vault", clock);
    auto const report = run(silent.run());
    BOOST_TEST(report.mailed == 0);
    BOOST_TEST(report.moved == 1);
    BOOST_TEST(date_of(monthly) == "2026-12-20");
    BOOST_TEST(own.execute("select count(*) from custom_reminders where email_sent") == "0");
    BOOST_TEST(own.execute("select count(*) from outbox") == "0");
    BOOST_TEST(pass() == "1 0");
}

BOOST_AUTO_TEST_CASE(several_servers_mail_each_reminder_once) {
    for (int i = 0; i < 120; ++i) make("2026-11-22", "yearly");
    on("2026-11-23");
    std::vector<std::unique_ptr<reminders::mailing>> servers;
    std::vector<test::background<reminders::mailing_report>> runs;
    for (int i = 0; i < 4; ++i) {
        servers.push_back(
            std::make_unique<reminders::mailing>(db, catalogue, &out, "https://vault", clock));
        runs.push_back(begin(servers.back()->run()));
    }
    std::int64_t mailed = 0, moved = 0;
    for (auto& one : runs) {
        auto const report = one.get();
        mailed += report.mailed;
        moved += report.moved;
    }
    BOOST_TEST(mailed == 120);
    BOOST_TEST(own.execute("select count(*) from outbox") == "120");
    // One that another server held is left to the next run.
    auto const rest = run(mailing.run());
    BOOST_TEST(rest.mailed == 0);
    BOOST_TEST(moved + rest.moved == 120);
    BOOST_TEST(own.execute("select count(*) from custom_reminders "
                           "where remind_date = '2027-11-22' and not email_sent") == "120");
}

BOOST_AUTO_TEST_CASE(a_mail_that_cannot_be_written_leaves_its_reminder_due) {
    make("2026-11-22");
    own.execute("alter table outbox add constraint no_mail check (recipient = '')");
    auto failing = begin(mailing.run());
    BOOST_CHECK_THROW(failing.get(), pg::database_error);
    own.execute("alter table outbox drop constraint no_mail");
    BOOST_TEST(pass() == "1 0");
}

BOOST_AUTO_TEST_SUITE_END()
