// What is read as an amount, and what policies cost in a year.
#include <boost/test/unit_test.hpp>

#include "domain/dashboard/premium.hpp"

#include <cmath>
#include <string>

namespace {

using namespace kinvault::domain::dashboard;

policy year(std::string premium) {
    return {{}, std::move(premium), "2026-01-01", "2027-01-01"};
}

} // namespace

BOOST_AUTO_TEST_SUITE(dashboard_premium)

BOOST_AUTO_TEST_CASE(amounts) {
    for (auto const& [text, value] : std::vector<std::pair<std::string, double>>{{"1200", 1200},
                                                                                 {"600.50", 600.5},
                                                                                 {" 12 ", 12},
                                                                                 {"+5", 5},
                                                                                 {"-5", -5},
                                                                                 {".5", 0.5},
                                                                                 {"5.", 5},
                                                                                 {"1e3", 1000},
                                                                                 {"0", 0}}) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(parse_amount(text).value_or(-1) == value);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_amount) {
    for (std::string const text :
         {"", " ", "cheap", "$100", "1,200", "1.2.3", "12a", "0x10", "--5", "+-5", "+", "inf",
          "-Infinity", "nan", "NaN(1)", "1e999", "-1e999", "1 2"}) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(!parse_amount(text).has_value());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_premium_is_taken_over_twelve_months) {
    BOOST_TEST(annual_premium(year("1200")) == 1200);
    BOOST_TEST(annual_premium({{}, "600", "2026-01-01", "2026-07-01"}) == 1200);
    // 6 months and 14 days; 1 month and 20 days; 1 day.
    BOOST_TEST(annual_premium({{}, "600", "2026-06-01", "2026-12-15"}) ==
               600 / (6 + 14 / 30.0) * 12);
    BOOST_TEST(annual_premium({{}, "100", "2026-01-20", "2026-03-10"}) ==
               100 / (2 - 10 / 30.0) * 12);
    BOOST_TEST(annual_premium({{}, "10", "2026-01-01", "2026-01-02"}) == 10 / (1 / 30.0) * 12);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_reckoned_counts_nothing) {
    BOOST_TEST(annual_premium({{}, "lots", "2026-01-01", "2027-01-01"}) == 0);
    BOOST_TEST(annual_premium({{}, "100", "soon", "2027-01-01"}) == 0);
    BOOST_TEST(annual_premium({{}, "100", "2026-02-30", "2027-01-01"}) == 0);
    BOOST_TEST(annual_premium({{}, "100", "2027-01-01", "2026-01-01"}) == 0);
    BOOST_TEST(annual_premium({{}, "100", "2026-01-01", "2026-01-01"}) == 0);
    BOOST_TEST(annual_premium({{}, "1e308", "2026-01-01", "2026-01-02"}) == 0);
}

BOOST_AUTO_TEST_CASE(the_total_has_cents_and_is_always_finite) {
    BOOST_TEST(total_annual_premium({}) == 0);
    BOOST_TEST(total_annual_premium({year("100.10"), year("200.20")}) == 300.3);
    BOOST_TEST(total_annual_premium({year("0.005"), year("nan")}) == 0.01);
    BOOST_TEST(total_annual_premium({year("1e308"), year("1e308"), year("1e308")}) == 1e308);
    BOOST_TEST(std::isfinite(total_annual_premium({year("-1e308"), year("-1e308")})));
}

BOOST_AUTO_TEST_SUITE_END()
