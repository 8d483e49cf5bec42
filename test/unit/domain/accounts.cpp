// What the lists of sessions and of audit entries are made of: names of devices, moments, and when
// sessions were used.
#include "domain/audit/schema.hpp"
#include "domain/auth/device_name.hpp"
#include "domain/auth/session_uses.hpp"

#include <boost/test/unit_test.hpp>

#include <utility>

using namespace kinvault::domain;

BOOST_AUTO_TEST_SUITE(accounts)

BOOST_AUTO_TEST_CASE(devices_have_the_names_people_know) {
    std::pair<char const*, char const*> const samples[] = {
        {"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:131.0) Gecko/20100101 Firefox/131.0",
         "Firefox on Windows"},
        {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/129.0.0.0 Safari/537.36 Edg/129.0.0.0",
         "Edge on Windows"},
        {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like "
         "Gecko) Version/18.0 Safari/605.1.15",
         "Safari on macOS"},
        {"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, "
         "like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
         "Safari on iPhone"},
        {"Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
         "CriOS/129.0.6668.46 Mobile/15E148 Safari/604.1",
         "Chrome on iPad"},
        {"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/129.0.0.0 Mobile Safari/537.36",
         "Chrome on Android"},
        {"Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) "
         "SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36",
         "Samsung Internet on Android"},
        {"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/129.0.0.0 Safari/537.36 OPR/114.0.0.0",
         "Opera on Linux"},
        {"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/129.0.0.0 Safari/537.36",
         "Chrome on ChromeOS"},
        {"Mozilla/5.0 (X11; Linux x86_64)", "Linux"},
        {"Mozilla/5.0 (compatible)", "Unknown device"},
        {"curl/8.5.0", "curl"},
        {"my-app/1.2 (Android 14)", "my-app on Android"},
        {"<script>alert(1)</script>", "Unknown device"},
        {"", "Unknown device"},
    };
    for (auto const& [agent, name] : samples) BOOST_TEST(auth::device_name(agent) == name);
    BOOST_TEST(auth::device_name(std::string(500, 'x')).size() == 40);
}

BOOST_AUTO_TEST_CASE(moments_are_dates_and_times_as_the_server_writes_them) {
    for (auto const* yes : {"2026-02-10", "2026-02-10T12:34:56Z", "2026-02-10T12:34:56.1Z",
                            "2024-02-29T23:59:59.123456Z"}) {
        BOOST_TEST(audit::is_moment(yes), yes);
    }
    for (auto const* no :
         {"", "now", "2026-02-30", "2026-2-1", "2026-02-10 12:34:56Z", "2026-02-10T12:34:56",
          "2026-02-10T24:00:00Z", "2026-02-10T12:60:00Z", "2026-02-10T12:34:56.Z",
          "2026-02-10T12:34:56.1234567Z", "2026-02-10T12:34:56+01:00", "2026-02-10T", "-infinity",
          "2026-02-10T1:234:56Z"}) {
        BOOST_TEST(!audit::is_moment(no), no);
    }
}

BOOST_AUTO_TEST_CASE(a_use_is_pending_until_it_is_written) {
    auth::session_uses uses;
    uses.note("a", 1);
    uses.note("b", 1);
    uses.note("a", 2);
    BOOST_TEST(uses.pending(1).tokens.size() == 1);
    auto const both = uses.pending(10);
    BOOST_TEST(both.tokens.size() == 2);
    // Used again while it was written.
    uses.note("b", 3);
    uses.written(both);
    auto const left = uses.pending(10);
    BOOST_REQUIRE(left.tokens.size() == 1);
    BOOST_TEST(left.tokens[0] == "b");
    BOOST_TEST(left.times.at(0) == 3);
    uses.written(left);
    BOOST_TEST(uses.pending(10).empty());
}

BOOST_AUTO_TEST_SUITE_END()
