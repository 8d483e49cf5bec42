// The dates of a renewed policy.
#include <boost/test/unit_test.hpp>

#include "domain/renewal/dates.hpp"

namespace {

using namespace kinvault::domain;
using kinvault::domain::items::field_value;

sys_days const today = parse_day("2026-11-22").value();

field_value value(std::string key, std::optional<std::string> text) {
    return {{}, std::move(key), std::move(text), "text"};
}

std::string dates(std::vector<field_value> values) {
    renewal::renew_dates(values, today);
    std::string all;
    for (auto const& one : values) {
        if (one.field_key != "provider") all += one.field_key + "=" + *one.field_value + " ";
    }
    return all;
}

std::string end_after(std::string const& start, std::string const& end) {
    std::string const all = dates({value("start_date", start), value("end_date", end)});
    return all.substr(all.rfind('=') + 1, 10);
}

} // namespace

BOOST_AUTO_TEST_SUITE(renewal_dates)

BOOST_AUTO_TEST_CASE(it_runs_as_many_days_as_before) {
    BOOST_TEST(end_after("2026-01-01", "2026-07-01") == "2027-05-22");
    BOOST_TEST(end_after("2026-01-01", "2026-01-02") == "2026-11-23");
    BOOST_TEST(end_after("2024-01-01", "2025-01-01") == "2027-11-23");
}

BOOST_AUTO_TEST_CASE(a_year_when_the_dates_do_not_say) {
    std::string const year = "2027-11-22";
    BOOST_TEST(end_after("soon", "later") == year);
    BOOST_TEST(end_after("01/01/2026", "07/01/2026") == year);
    BOOST_TEST(end_after("2026-07-01", "2026-01-01") == year);
    BOOST_TEST(end_after("2026-07-01", "2026-07-01") == year);
    BOOST_TEST(end_after("2026-02-30", "2026-07-01") == year);
    BOOST_TEST(end_after("", "") == year);
}

BOOST_AUTO_TEST_CASE(dates_beyond_what_can_be_written_are_the_last) {
    BOOST_TEST(end_after("0001-01-01", "9999-12-31") == "9999-12-31");
}

BOOST_AUTO_TEST_CASE(both_dates_are_set_where_there_were_none) {
    BOOST_TEST(dates({value("provider", "x")}) == "start_date=2026-11-22 end_date=2027-11-22 ");
    BOOST_TEST(dates({value("end_date", "2026-07-01"), value("provider", "x")}) ==
               "end_date=2027-11-22 start_date=2026-11-22 ");
}

BOOST_AUTO_TEST_CASE(the_old_one_ends_today_if_it_had_an_end) {
    std::vector<field_value> with{value("end_date", "whenever")};
    BOOST_TEST(renewal::end_today(with, today));
    BOOST_TEST(*with[0].field_value == "2026-11-22");
    std::vector<field_value> without{value("start_date", "2026-01-01")};
    BOOST_TEST(!renewal::end_today(without, today));
    BOOST_TEST(without.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
