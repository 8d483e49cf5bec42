// Reminders as days go by, and those of businesses when they are made again.
#include <boost/test/unit_test.hpp>

#include "config/catalogue.hpp"
#include "domain/items/service.hpp"
#include "domain/reminders/service.hpp"
#include "test/support/integration/accounts.hpp"

#include <algorithm>
#include <memory>

namespace {

using namespace kinvault;
using namespace domain;
using reminders::reminder;

struct fixture : test::accounts_fixture {
    config::catalogue catalogue = config::load_catalogue(config::find_catalogue_dir({}));
    sys_days today = parse_day("2026-11-22").value();
    std::function<sys_days()> clock = [this] { return today; };
    items::service items{db, catalogue, keys, clock};
    reminders::service service{db, catalogue, keys, clock};
    caller who = caller_of(make_user("ada"));

    std::string make_item(std::string category, std::string kind,
                          std::vector<std::pair<std::string, std::string>> values) {
        items::create_item sent;
        sent.category = std::move(category);
        sent.subcategory = std::move(kind);
        sent.name = "An item";
        for (auto const& [key, value] : values) {
            sent.fields.value.push_back({items::field_input{key, value}});
        }
        return run(items.create(who, std::move(sent))).id;
    }

    std::string make_reminder(std::string const& item, std::string const& date) {
        reminders::create_reminder sent;
        sent.item_id = item;
        sent.title = "Call";
        sent.remind_date = schema::date(date);
        return run(service.create(who, std::move(sent))).id.value();
    }

    std::vector<reminder> of(std::string const& item) {
        return run(service.of_item(who, reminders::item_query{item}));
    }

    /// Date and days until of what is listed.
    static std::string shown(std::vector<reminder> const& list) {
        std::string all;
        for (auto const& one : list) all += one.date + " " + std::to_string(one.days_until) + "; ";
        return all;
    }

    std::string titles(std::string const& item, bool generated) {
        std::vector<std::string> found;
        for (auto const& one : of(item)) {
            if (one.is_auto_generated == generated) found.push_back(one.field_label);
        }
        std::sort(found.begin(), found.end());
        std::string all;
        for (auto const& title : found) all += title + "; ";
        return all;
    }

    std::string mailed(std::string const& id) {
        return own.execute("select email_sent from custom_reminders where id = '" + id + "'");
    }

    void change(std::string const& id, std::function<void(reminders::change_reminder&)> how) {
        reminders::change_reminder sent;
        how(sent);
        run(service.change(who, id, std::move(sent)));
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(reminders_service, fixture)

BOOST_AUTO_TEST_CASE(what_is_due_changes_as_days_go_by) {
    auto const item = make_item("ids", "passport", {{"expiration_date", "02/20/2027"}});
    make_reminder(item, "2027-02-21");
    BOOST_TEST(shown(run(service.upcoming(who))) == "2027-02-20 90; ");
    today += std::chrono::days(1);
    BOOST_TEST(shown(run(service.upcoming(who))) == "2027-02-20 89; 2027-02-21 90; ");
    today = parse_day("2027-02-21").value();
    BOOST_TEST(shown(run(service.overdue(who))) == "2027-02-20 -1; ");
    BOOST_TEST(shown(run(service.upcoming(who))) == "2027-02-20 -1; 2027-02-21 0; ");
}

BOOST_AUTO_TEST_CASE(values_that_only_look_like_dates_are_none) {
    for (std::string const text : {"2026-02-30", "2026-13-01", "02/30/2026", "11/22-2026",
                                   "0000-01-01", "2026/11/22", "22.11.2026", " 2026-11-2"}) {
        make_item("ids", "passport", {{"expiration_date", text}});
    }
    BOOST_TEST(shown(run(service.upcoming(who))) == "");
}

BOOST_AUTO_TEST_CASE(a_mailed_reminder_is_due_again_when_its_day_moves) {
    auto const item = make_item("ids", "passport", {});
    auto const id = make_reminder(item, "2026-12-01");
    auto const mail = [&] { own.execute("update custom_reminders set email_sent = true"); };
    mail();
    change(id, [](auto& sent) { sent.title = schema::text<255>("Write"); });
    change(id, [](auto& sent) { sent.remind_date = schema::date("2026-12-01"); });
    change(id, [](auto& sent) { sent.remind_days_before = reminders::days_before(7); });
    BOOST_TEST(mailed(id) == "t");
    change(id, [](auto& sent) { sent.remind_date = schema::date("2026-12-02"); });
    BOOST_TEST(mailed(id) == "f");
    mail();
    change(id, [](auto& sent) { sent.remind_days_before = reminders::days_before(8); });
    BOOST_TEST(mailed(id) == "f");
}

BOOST_AUTO_TEST_CASE(what_somebody_has_edited_is_not_generated_again) {
    auto const llc = make_item("business", "llc", {});
    BOOST_TEST(titles(llc, true) == "Form 1065; Quarterly Estimated Tax; ");
    auto const form = own.execute("select id from custom_reminders where title = 'Form 1065'");
    change(form, [](auto&) {});
    BOOST_TEST(titles(llc, true) == "Form 1065; Quarterly Estimated Tax; ");
    change(form, [](auto& sent) { sent.title = schema::text<255>("My form"); });
    BOOST_TEST(run(service.generate(who, llc)).message == "Generated 1 reminders");
    BOOST_TEST(titles(llc, true) == "Quarterly Estimated Tax; ");
    BOOST_TEST(titles(llc, false) == "My form; ");
    run(service.remove(who, form));
    BOOST_TEST(run(service.generate(who, llc)).message == "Generated 2 reminders");
}

BOOST_AUTO_TEST_CASE(a_note_of_ones_own_is_kept_and_nothing_is_made_twice) {
    auto const llc = make_item("business", "llc", {});
    auto const form = own.execute("select id from custom_reminders where title = 'Form 1065'");
    change(form, [](auto& sent) { sent.note = {true, std::string("mine")}; });
    BOOST_TEST(titles(llc, true) == "Quarterly Estimated Tax; ");
    for (int times = 0; times < 2; ++times) {
        auto const made = run(service.generate(who, llc));
        BOOST_TEST(made.message == "Generated 2 reminders");
        BOOST_TEST(std::count(made.reminder_ids.begin(), made.reminder_ids.end(), form) == 1);
        BOOST_TEST(titles(llc, true) == "Form 1065; Quarterly Estimated Tax; ");
        BOOST_TEST(titles(llc, false) == "");
        BOOST_TEST(own.execute("select note from custom_reminders where id = '" + form + "'") ==
                   "mine");
    }
    // Its date follows the table's, and it is mailed again.
    own.execute("update custom_reminders set email_sent = true");
    today = parse_day("2027-06-01").value();
    run(service.generate(who, llc));
    BOOST_TEST(own.execute("select remind_date || ' ' || email_sent from custom_reminders where id "
                           "= '" +
                           form + "'") == "2028-03-15 false");
    // A date of one's own makes it another reminder, beside which none is made.
    change(form, [](auto& sent) { sent.remind_date = schema::date("2028-03-01"); });
    BOOST_TEST(run(service.generate(who, llc)).message == "Generated 1 reminders");
    BOOST_TEST(titles(llc, false) == "Form 1065; ");
}

BOOST_AUTO_TEST_CASE(an_archived_item_still_shows_its_dates) {
    auto const passport = make_item("ids", "passport", {{"expiration_date", "2026-12-01"}});
    run(items.archive(who, passport, {}));
    BOOST_TEST(shown(of(passport)) == "2026-12-01 9; ");
    BOOST_TEST(shown(run(service.upcoming(who))) == "");
}

BOOST_AUTO_TEST_CASE(of_two_generations_at_once_one_replaces_the_other) {
    auto const llc = make_item("business", "llc", {});
    std::vector<test::background<reminders::generated_reminders>> both;
    for (int i = 0; i < 2; ++i) both.push_back(begin(service.generate(who, llc)));
    for (auto& one : both) BOOST_TEST(one.get().reminder_ids.size() == 2u);
    BOOST_TEST(titles(llc, true) == "Form 1065; Quarterly Estimated Tax; ");
}

BOOST_AUTO_TEST_CASE(a_leap_day_is_remembered_for_the_years_that_have_it) {
    auto const llc = make_item(
        "business", "llc", {{"state_of_formation", "Nevada"}, {"formation_date", "2020-02-29"}});
    auto const list = of(llc);
    BOOST_TEST(std::count_if(list.begin(), list.end(), [](reminder const& one) {
                   return one.date == "2027-02-28" && one.field_label.starts_with("Nevada");
               }) == 1);
    BOOST_TEST(own.execute("select repeat_day from custom_reminders where title like 'Nevada%'") ==
               "29");
}

BOOST_AUTO_TEST_SUITE_END()
