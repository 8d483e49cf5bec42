// When deadlines come next and where repeating reminders move on to.
#include <boost/test/unit_test.hpp>

#include "config/catalogue.hpp"
#include "domain/reminders/business.hpp"
#include "domain/reminders/dates.hpp"

#include <algorithm>
#include <string>

namespace {

using namespace kinvault;
using namespace kinvault::domain;
using namespace kinvault::domain::reminders;

sys_days day(std::string const& text) {
    auto const found = parse_day(text);
    BOOST_REQUIRE_MESSAGE(found, text);
    return *found;
}

std::string text(std::optional<sys_days> found) {
    return found ? std::string(to_date(*found)) : "never";
}

std::string next(std::string const& date, repetition const& how, std::string const& today) {
    return text(next_date(day(date), how, day(today)));
}

std::vector<config::month_day> const quarters{{4, 15}, {6, 15}, {9, 15}, {1, 15}};

config::reminder_template deadline(std::string title, config::reminder_scope scope,
                                   std::vector<std::string> entities, std::string state = {}) {
    config::reminder_template made;
    made.title = std::move(title);
    made.note = "A note.";
    made.scope = scope;
    made.state = std::move(state);
    made.entities = std::move(entities);
    made.dates = {{3, 15}};
    made.repeat = "yearly";
    return made;
}

/// A catalogue with one template a scope, the state's on the anniversary.
config::catalogue small_catalogue() {
    using enum config::reminder_scope;
    config::catalogue made;
    made.reminder_entities = {{"llc", "state_of_formation"}, {"corporation", "state_of_inc"}};
    made.reminders = {deadline("federal", federal, {"llc", "corporation"}),
                      deadline("s_corp", federal_s_corp, {"corporation"}),
                      deadline("employment", employment, {"llc", "corporation"}),
                      deadline("texas", state, {"llc"}, "Texas")};
    made.reminders.back().anniversary = true;
    made.reminders.back().dates.clear();
    return made;
}

} // namespace

BOOST_AUTO_TEST_SUITE(reminder_dates)

BOOST_AUTO_TEST_CASE(the_next_day_of_the_year_counts_today) {
    BOOST_TEST(text(next_day_of_year(4, 15, day("2026-04-14"))) == "2026-04-15");
    BOOST_TEST(text(next_day_of_year(4, 15, day("2026-04-15"))) == "2026-04-15");
    BOOST_TEST(text(next_day_of_year(4, 15, day("2026-04-16"))) == "2027-04-15");
    BOOST_TEST(text(next_day_of_year(1, 1, day("2026-12-31"))) == "2027-01-01");
}

BOOST_AUTO_TEST_CASE(the_29th_of_february_is_the_28th_where_there_is_none) {
    BOOST_TEST(text(next_day_of_year(2, 29, day("2026-11-22"))) == "2027-02-28");
    BOOST_TEST(text(next_day_of_year(2, 29, day("2027-02-28"))) == "2027-02-28");
    BOOST_TEST(text(next_day_of_year(2, 29, day("2027-03-01"))) == "2028-02-29");
    BOOST_TEST(text(next_day_of_year(2, 29, day("2028-02-29"))) == "2028-02-29");
    BOOST_TEST(text(next_day_of_year(2, 29, day("2099-03-01"))) == "2100-02-28");
}

BOOST_AUTO_TEST_CASE(the_next_of_several_dates) {
    BOOST_TEST(text(next_of(quarters, day("2026-11-22"))) == "2027-01-15");
    BOOST_TEST(text(next_of(quarters, day("2027-01-15"))) == "2027-01-15");
    BOOST_TEST(text(next_of(quarters, day("2027-01-16"))) == "2027-04-15");
    BOOST_TEST(text(next_of(quarters, day("2027-06-16"))) == "2027-09-15");
}

BOOST_AUTO_TEST_CASE(a_reminder_moves_to_the_first_date_that_has_not_passed) {
    BOOST_TEST(next("2026-11-20", {"weekly"}, "2026-11-22") == "2026-11-27");
    BOOST_TEST(next("2026-11-20", {"weekly"}, "2026-11-27") == "2026-11-27");
    BOOST_TEST(next("2026-11-20", {"weekly"}, "2026-11-28") == "2026-12-04");
    BOOST_TEST(next("2026-10-20", {"monthly"}, "2026-11-22") == "2026-12-20");
    BOOST_TEST(next("2026-10-20", {"monthly"}, "2026-11-20") == "2026-11-20");
    BOOST_TEST(next("2026-10-20", {"quarterly"}, "2026-11-22") == "2027-01-20");
    BOOST_TEST(next("2020-10-20", {"yearly"}, "2026-11-22") == "2027-10-20");
    BOOST_TEST(next("2021-05-01", {"biennial"}, "2026-11-22") == "2027-05-01");
    BOOST_TEST(next("2020-05-01", {"biennial"}, "2026-11-22") == "2028-05-01");
    BOOST_TEST(next("0001-01-01", {"weekly"}, "2026-11-22") == "2026-11-23");
    BOOST_TEST(next("0001-01-31", {"monthly"}, "2026-11-22") == "2026-11-30");
}

BOOST_AUTO_TEST_CASE(it_moves_on_even_before_its_date_has_passed) {
    BOOST_TEST(next("2026-11-22", {"weekly"}, "2026-11-22") == "2026-11-29");
    BOOST_TEST(next("2026-12-01", {"monthly"}, "2026-11-22") == "2027-01-01");
    BOOST_TEST(next("2027-04-15", {"quarterly", 0, quarters}, "2026-11-22") == "2027-06-15");
}

BOOST_AUTO_TEST_CASE(what_does_not_repeat_stays) {
    BOOST_TEST(next("2026-11-20", {"none"}, "2026-11-22") == "never");
    BOOST_TEST(next("2026-11-20", {""}, "2026-11-22") == "never");
    BOOST_TEST(next("2026-11-20", {"whenever"}, "2026-11-22") == "never");
}

BOOST_AUTO_TEST_CASE(short_months_shift_nothing_for_good) {
    BOOST_TEST(next("2027-01-31", {"monthly"}, "2027-02-01") == "2027-02-28");
    BOOST_TEST(next("2027-01-31", {"monthly"}, "2027-03-01") == "2027-03-31");
    BOOST_TEST(next("2027-02-28", {"monthly", 31}, "2027-03-01") == "2027-03-31");
    BOOST_TEST(next("2027-02-28", {"monthly", 0}, "2027-03-01") == "2027-03-28");
    BOOST_TEST(next("2027-01-31", {"quarterly"}, "2027-02-01") == "2027-04-30");
    BOOST_TEST(next("2027-04-30", {"quarterly", 31}, "2027-05-01") == "2027-07-31");
}

BOOST_AUTO_TEST_CASE(leap_days_come_back) {
    BOOST_TEST(next("2024-02-29", {"yearly"}, "2026-11-22") == "2027-02-28");
    BOOST_TEST(next("2027-02-28", {"yearly", 29}, "2027-03-01") == "2028-02-29");
    BOOST_TEST(next("2027-02-28", {"yearly"}, "2027-03-01") == "2028-02-28");
    BOOST_TEST(next("2024-02-29", {"biennial"}, "2024-03-01") == "2026-02-28");
    BOOST_TEST(next("2026-02-28", {"biennial", 29}, "2026-03-01") == "2028-02-29");
}

BOOST_AUTO_TEST_CASE(it_moves_along_the_dates_of_its_template) {
    repetition const along{"quarterly", 0, quarters};
    BOOST_TEST(next("2027-01-15", along, "2027-01-16") == "2027-04-15");
    BOOST_TEST(next("2027-04-15", along, "2027-04-16") == "2027-06-15");
    BOOST_TEST(next("2027-06-15", along, "2027-06-16") == "2027-09-15");
    BOOST_TEST(next("2027-09-15", along, "2027-09-16") == "2028-01-15");
    BOOST_TEST(next("2024-01-15", along, "2026-11-22") == "2027-01-15");
    // Somebody has moved it: from then on it goes by its own date.
    BOOST_TEST(next("2027-01-20", along, "2027-01-21") == "2027-04-20");
}

BOOST_AUTO_TEST_CASE(a_business_gets_what_applies_to_it) {
    auto const catalogue = small_catalogue();
    auto const titles = [&](business const& of) {
        std::string all;
        for (auto const& title : generate(catalogue, of, day("2026-11-22")).titles) {
            all += title + " ";
        }
        return all;
    };
    BOOST_TEST(titles({"llc", "", {}}) == "federal ");
    BOOST_TEST(titles({"llc", "Texas", {}, true, true}) == "federal employment texas ");
    BOOST_TEST(titles({"llc", "Ohio", {}}) == "federal ");
    BOOST_TEST(titles({"corporation", "Texas", {}}) == "federal ");
    BOOST_TEST(titles({"corporation", "", {}, false, true}) == "s_corp ");
    BOOST_TEST(titles({"partnership", "Texas", {}, true, true}) == "");
}

BOOST_AUTO_TEST_CASE(what_a_business_says_of_itself) {
    auto const catalogue = small_catalogue();
    auto const* entity = catalogue.find_reminder_entity("llc");
    business told{"llc", {}, {}};
    for (auto const& [key, value] :
         std::vector<std::pair<std::string, std::string>>{{"state_of_formation", "Texas"},
                                                          {"state_of_inc", "Ohio"},
                                                          {"state", "Iowa"},
                                                          {"formation_date", "2019-05-17"},
                                                          {"has_employees", "yes"},
                                                          {"tax_election", "s_corp"}}) {
        told.take(*entity, key, value);
    }
    BOOST_TEST(told.state == "Texas");
    BOOST_TEST(text(told.formed) == "2019-05-17");
    BOOST_TEST((told.has_employees && told.is_s_corp));
    told.take(*entity, "has_employees", "no");
    told.take(*entity, "formation_date", "Y2lwaGVydGV4dA==");
    BOOST_TEST(!told.has_employees);
    BOOST_TEST(text(told.formed) == "never");
}

BOOST_AUTO_TEST_CASE(anniversaries) {
    auto const catalogue = small_catalogue();
    auto const texas = [&](std::optional<sys_days> formed, std::string const& today) {
        return generate(catalogue, {"llc", "Texas", formed}, day(today));
    };
    BOOST_TEST(texas(day("2019-05-17"), "2026-11-22").dates.back() == "2027-05-17");
    BOOST_TEST(texas(day("2019-11-22"), "2026-11-22").dates.back() == "2026-11-22");
    BOOST_TEST(texas({}, "2026-11-22").dates.back() == "2027-02-20");
    auto const leap = texas(day("2020-02-29"), "2026-11-22");
    BOOST_TEST(leap.dates.back() == "2027-02-28");
    BOOST_TEST(leap.days.back().value() == 29);
    auto const in_leap_year = texas(day("2020-02-29"), "2027-11-22");
    BOOST_TEST(in_leap_year.dates.back() == "2028-02-29");
    BOOST_TEST(!in_leap_year.days.back().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
