#include "server/http/forwarded.hpp"

#include "config/networks.hpp"

#include <boost/test/unit_test.hpp>

using namespace kinvault;
using namespace kinvault::http;

namespace {

using fields = std::vector<std::pair<std::string_view, std::string_view>>;

/// What is believed of these fields when 10.0.0.0/8 and fd00::/8 are proxies of ours.
client_identity believed(fields said) {
    config::networks ours;
    ours.add("10.0.0.0/8");
    ours.add("fd00::/8");
    request_head head;
    head.fields = std::move(said);
    auto const trusted = [&](auto const& peer) {
        return peer ? ours.contains(peer->to_string()) : true;
    };
    return apply_forwarded(head, {"10.0.0.1", false, "vault"}, trusted);
}

std::string address(fields said) {
    return believed(std::move(said)).address;
}

} // namespace

BOOST_AUTO_TEST_SUITE(forwarded)

BOOST_AUTO_TEST_CASE(the_client_is_the_last_address_that_is_no_proxy) {
    BOOST_TEST(address({}) == "10.0.0.1");
    BOOST_TEST(address({{"X-Forwarded-For", "203.0.113.9"}}) == "203.0.113.9");
    BOOST_TEST(address({{"x-forwarded-for", "6.6.6.6, 203.0.113.9 , 10.2.3.4"}}) == "203.0.113.9");
    BOOST_TEST(address({{"X-Forwarded-For", "10.9.9.9, 10.2.3.4"}}) == "10.9.9.9");
    BOOST_TEST(address({{"X-Forwarded-For", "2001:db8::7, fd00::1"}}) == "2001:db8::7");
    BOOST_TEST(address({{"X-Forwarded-For", "::ffff:203.0.113.9"}}) == "203.0.113.9");
}

BOOST_AUTO_TEST_CASE(a_line_that_a_proxy_adds_below_the_clients_one_counts) {
    BOOST_TEST(address({{"X-Forwarded-For", "6.6.6.6"}, {"X-Forwarded-For", "203.0.113.9"}}) ==
               "203.0.113.9");
}

BOOST_AUTO_TEST_CASE(ports_do_not_matter) {
    BOOST_TEST(address({{"X-Forwarded-For", "203.0.113.9:4711"}}) == "203.0.113.9");
    BOOST_TEST(address({{"X-Forwarded-For", "[2001:db8::7]:4711"}}) == "2001:db8::7");
    BOOST_TEST(address({{"X-Forwarded-For", "[2001:db8::7]"}}) == "2001:db8::7");
}

BOOST_AUTO_TEST_CASE(what_is_no_address_ends_the_search) {
    for (std::string_view const nonsense : {"", "unknown", "6.6.6.6.6", "localhost", "[::1",
                                            "[::1]x", "::1%lo", "6.6.6.6 7.7.7.7", "' or 1=1"}) {
        BOOST_TEST_CONTEXT(nonsense) {
            BOOST_TEST(address({{"X-Forwarded-For", nonsense}}) == "10.0.0.1");
            auto const list = std::string(nonsense) + ", 10.2.3.4";
            BOOST_TEST(address({{"X-Forwarded-For", list}}) == "10.2.3.4");
        }
    }
}

BOOST_AUTO_TEST_CASE(scheme_and_host_are_the_last_that_was_added) {
    auto const one =
        believed({{"X-Forwarded-Proto", "HTTPS"}, {"X-Forwarded-Host", "a.example:8443"}});
    BOOST_TEST(one.secure);
    BOOST_TEST(one.host == "a.example:8443");
    auto const two =
        believed({{"X-Forwarded-Proto", "https, http"}, {"X-Forwarded-Host", "b, a b"}});
    BOOST_TEST(!two.secure);
    BOOST_TEST(two.host == "vault");
    BOOST_TEST(!believed({{"X-Forwarded-Proto", "gopher"}}).secure);
}

BOOST_AUTO_TEST_CASE(forwarded_as_rfc_7239_has_it) {
    auto const one = believed({{"Forwarded", "for=203.0.113.9;proto=https;host=vault.example"}});
    BOOST_TEST(one.address == "203.0.113.9");
    BOOST_TEST(one.secure);
    BOOST_TEST(one.host == "vault.example");
    BOOST_TEST(address({{"Forwarded", "For=\"[2001:db8:cafe::17]:4711\""}}) == "2001:db8:cafe::17");
    BOOST_TEST(address({{"Forwarded", "for=6.6.6.6"},
                        {"Forwarded", "for=203.0.113.43, for=10.3.2.1;by=10.0.0.1"}}) ==
               "203.0.113.43");
    BOOST_TEST(address({{"Forwarded", "for=\"a, for=6.6.6.6\";proto=http"}}) == "10.0.0.1");
    BOOST_TEST(address({{"Forwarded", "for=\"203.0.113.\\9\""}}) == "203.0.113.9");
    for (std::string_view const hidden :
         {"for=unknown", "for=_hidden", "for=", "by=1.2.3.4", "", ";,;"}) {
        BOOST_TEST(address({{"Forwarded", hidden}}) == "10.0.0.1");
    }
}

BOOST_AUTO_TEST_CASE(of_two_proxies_the_one_that_saw_the_client_knows_scheme_and_host) {
    auto const found = believed(
        {{"Forwarded", "for=6.6.6.6;proto=http;host=evil, for=203.0.113.9;proto=https;host=a, "
                       "for=10.1.1.1;proto=http;host=b"}});
    BOOST_TEST(found.address == "203.0.113.9");
    BOOST_TEST(found.secure);
    BOOST_TEST(found.host == "a");
}

BOOST_AUTO_TEST_CASE(x_forwarded_goes_first) {
    BOOST_TEST(address({{"Forwarded", "for=6.6.6.6"}, {"X-Forwarded-For", "203.0.113.9"}}) ==
               "203.0.113.9");
    BOOST_TEST(address({{"Forwarded", "for=6.6.6.6"}, {"X-Forwarded-Proto", "https"}}) ==
               "10.0.0.1");
}

BOOST_AUTO_TEST_SUITE_END()
