// Router, range and rate limit: the small pure parts of the HTTP server.
#include "server/http/call.hpp"
#include "server/http/range.hpp"
#include "server/http/rate_limit.hpp"
#include "server/http/router.hpp"

#include <boost/test/unit_test.hpp>

using namespace kinvault;
using namespace kinvault::http;

namespace {

route plain(method verb, std::string path) {
    return {verb, std::move(path), needs::nothing, 200, "", {}};
}

request_head get_with(std::vector<std::pair<std::string_view, std::string_view>> fields) {
    request_head head;
    head.fields = std::move(fields);
    return head;
}

} // namespace

BOOST_AUTO_TEST_SUITE(routing)

BOOST_AUTO_TEST_CASE(fixed_names_win_over_parameters_and_dead_ends_go_back) {
    router routes;
    routes.add(plain(method::get, "/api/vehicles/{id}"));
    routes.add(plain(method::get, "/api/vehicles/{id}/policies"));
    routes.add(plain(method::get, "/api/vehicles/item/{item_id}"));
    std::string const id = "0b0f6b8e-3c8b-4a1c-9b7d-1f2e3d4c5b6a";
    auto const one = routes.find(method::get, "/api/vehicles/" + id);
    BOOST_REQUIRE(one.found);
    BOOST_TEST(one.parameters.at(0).second == id);
    BOOST_TEST(routes.find(method::get, "/api/vehicles/item/" + id).found->path ==
               "/api/vehicles/item/{item_id}");
    BOOST_TEST(routes.find(method::get, "/api/vehicles/" + id + "/policies").found->path ==
               "/api/vehicles/{id}/policies");
    BOOST_TEST(routes.find(method::get, "/api/vehicles/item").found->path == "/api/vehicles/{id}");
    BOOST_TEST(!routes.find(method::get, "/api/vehicles").found);
    BOOST_TEST(!routes.find(method::get, "/api/vehicles/").found);
    BOOST_TEST(!routes.find(method::get, "api").found);
}

BOOST_AUTO_TEST_CASE(an_id_that_is_none_is_empty) {
    router routes;
    routes.add(plain(method::get, "/a/{id}"));
    routes.add(plain(method::get, "/b/{slug}"));
    for (auto const* bad : {"x", "0B0F6B8E-3C8B-4A1C-9B7D-1F2E3D4C5B6A", "\xe9"}) {
        BOOST_TEST(routes.find(method::get, std::string("/a/") + bad).parameters.at(0).second ==
                   "");
    }
    BOOST_TEST(routes.find(method::get, "/b/x y").parameters.at(0).second == "x y");
    BOOST_TEST(routes.find(method::get, "/b/\xe9").parameters.at(0).second == "");
}

BOOST_AUTO_TEST_CASE(a_path_names_all_its_methods) {
    router routes;
    routes.add(plain(method::get, "/a"));
    routes.add(plain(method::post, "/a"));
    auto const wrong = routes.find(method::put, "/a");
    BOOST_TEST(!wrong.found);
    BOOST_TEST(wrong.allowed.size() == 3u);
    BOOST_TEST(routes.find(method::head, "/a").found);
    BOOST_TEST(routes.find(method::put, "/b").allowed.empty());
    BOOST_CHECK_THROW(routes.add(plain(method::get, "/a")), std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ranges)

BOOST_AUTO_TEST_CASE(one_range_of_bytes_is_read) {
    auto const part = [](std::string_view field, std::uint64_t size) {
        auto const read = read_range(get_with({{"Range", field}}), size, "\"e\"");
        return std::tuple(read.what, read.first, read.length);
    };
    using kind = range_request::kind;
    BOOST_CHECK(part("bytes=0-0", 10) == std::tuple(kind::part, 0u, 1u));
    BOOST_CHECK(part("bytes=5-", 10) == std::tuple(kind::part, 5u, 5u));
    BOOST_CHECK(part("bytes=-3", 10) == std::tuple(kind::part, 7u, 3u));
    BOOST_CHECK(part("bytes=-30", 10) == std::tuple(kind::part, 0u, 10u));
    BOOST_CHECK(part("BYTES=2-99999999999999999999999", 10) == std::tuple(kind::part, 2u, 8u));
    for (auto const* bad : {"bytes=10-", "bytes=-0", "bytes=99999999999999999999999-"}) {
        BOOST_CHECK(std::get<0>(part(bad, 10)) == kind::unsatisfiable);
    }
    BOOST_CHECK(std::get<0>(part("bytes=-5", 0)) == kind::unsatisfiable);
    for (auto const* whole :
         {"items=0-1", "bytes=", "bytes=-", "bytes=5-1", "bytes=0-1,3-4", "bytes=a-b", "0-1"}) {
        BOOST_CHECK(std::get<0>(part(whole, 10)) == kind::whole);
    }
}

BOOST_AUTO_TEST_CASE(if_range_wants_the_same_strong_etag) {
    auto const what = [](std::string_view condition) {
        return read_range(get_with({{"Range", "bytes=0-1"}, {"If-Range", condition}}), 10, "\"e\"")
            .what;
    };
    BOOST_CHECK(what("\"e\"") == range_request::kind::part);
    BOOST_CHECK(what("W/\"e\"") == range_request::kind::whole);
    BOOST_CHECK(what("Sun, 22 Nov 2026 00:00:00 GMT") == range_request::kind::whole);
}

BOOST_AUTO_TEST_CASE(if_none_match_takes_lists_and_weak_tags) {
    for (auto const* yes : {"\"e\"", "W/\"e\"", "\"x\", \"e\"", "*", " \"x\" ,W/\"e\" "}) {
        BOOST_TEST(none_match(get_with({{"If-None-Match", yes}}), "\"e\""));
    }
    for (auto const* no : {"\"x\"", "", "e"}) {
        BOOST_TEST(!none_match(get_with({{"If-None-Match", no}}), "\"e\""));
    }
    BOOST_TEST(!none_match(get_with({}), "\"e\""));
}

BOOST_AUTO_TEST_CASE(if_match_takes_lists_of_strong_tags) {
    BOOST_TEST(!read_if_match(get_with({})));
    using tags = std::vector<std::string>;
    std::pair<std::string_view, tags> const samples[] = {
        {"\"e\"", {"e"}},
        {"\"a\", \"e\"", {"a", "e"}},
        {" \"a\"\t,,\"\" ", {"a", ""}},
        {"*", {"*"}},
        {"W/\"e\"", {}},
        {"W/\"a\", \"e\"", {"e"}},
        {"e", {}},
        {"\"", {}},
        {"", {}},
        {"\"*\"", {}},
    };
    for (auto const& [field, expected] : samples) {
        BOOST_TEST(read_if_match(get_with({{"If-Match", field}})).value() == expected,
                   boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(file_names_cannot_break_out_of_their_header) {
    BOOST_TEST(content_disposition("inline", "a b.pdf") == "inline; filename=\"a b.pdf\"");
    BOOST_TEST(content_disposition("attachment", "a\"b\\c%.pdf") ==
               "attachment; filename=\"a_b_c_.pdf\"; filename*=UTF-8''a%22b%5Cc%25.pdf");
    BOOST_TEST(content_disposition("inline", "M\xc3\xbcll\r\nX: y") ==
               "inline; filename=\"M_ll__X: y\"; filename*=UTF-8''M%C3%BCll%0D%0AX%3A%20y");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(rate_limits)

BOOST_AUTO_TEST_CASE(a_sliding_minute) {
    using namespace std::chrono_literals;
    rate_limiter limiter(3);
    rate_limiter::clock::time_point const start{1000s};
    BOOST_TEST(limiter.admit("a", start) == 0);
    BOOST_TEST(limiter.admit("a", start + 10s) == 0);
    BOOST_TEST(limiter.admit("a", start + 20s) == 0);
    BOOST_TEST(limiter.admit("a", start + 30s) == 30);
    BOOST_TEST(limiter.admit("b", start + 30s) == 0);
    BOOST_TEST(limiter.admit("a", start + 59s) == 1);
    BOOST_TEST(limiter.admit("a", start + 60s) == 0);
    BOOST_TEST(limiter.admit("a", start + 61s) == 9);
    BOOST_TEST(limiter.admit("a", start + 70s) == 0);
    BOOST_TEST(limiter.admit("a", start + 1000s) == 0);
}

BOOST_AUTO_TEST_CASE(a_burst_in_one_second_leaves_after_a_minute) {
    using namespace std::chrono_literals;
    rate_limiter limiter(2);
    rate_limiter::clock::time_point const start{500s};
    BOOST_TEST(limiter.admit("a", start) == 0);
    BOOST_TEST(limiter.admit("a", start) == 0);
    BOOST_TEST(limiter.admit("a", start) == 60);
    BOOST_TEST(limiter.admit("a", start + 60s) == 0);
}

BOOST_AUTO_TEST_CASE(what_is_taken_back_does_not_count) {
    using namespace std::chrono_literals;
    rate_limiter limiter(2);
    rate_limiter::clock::time_point const start{500s};
    BOOST_TEST(limiter.wait("a", start) == 0);
    limiter.take_back("a", start);
    BOOST_TEST(limiter.admit("a", start) == 0);
    BOOST_TEST(limiter.admit("a", start + 10s) == 0);
    BOOST_TEST(limiter.wait("a", start + 20s) == 40);
    limiter.take_back("a", start + 20s);
    BOOST_TEST(limiter.wait("a", start + 20s) == 0);
    // The latest was taken back: the other one leaves first.
    BOOST_TEST(limiter.admit("a", start + 30s) == 0);
    BOOST_TEST(limiter.admit("a", start + 30s) == 30);
    // Nothing to take back is left after a minute.
    limiter.take_back("a", start + 100s);
    BOOST_TEST(limiter.admit("a", start + 100s) == 0);
    BOOST_TEST(limiter.admit("a", start + 100s) == 0);
    BOOST_TEST(limiter.wait("a", start + 100s) == 60);
}

BOOST_AUTO_TEST_CASE(zero_is_no_limit) {
    rate_limiter limiter(0);
    for (int i = 0; i < 1000; ++i) BOOST_TEST(limiter.admit("a") == 0);
    BOOST_TEST(limiter.wait("a") == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(messages)

BOOST_AUTO_TEST_CASE(queries_are_decoded_and_always_utf8) {
    auto const pairs = parse_query("a=1&b=x+y%26&c&&d=%e9%C3%A9&e=%zz");
    BOOST_REQUIRE(pairs.size() == 5u);
    BOOST_TEST(pairs[1].second == "x y&");
    BOOST_TEST(pairs[2].second == "");
    BOOST_TEST(pairs[3].second == "\xEF\xBF\xBD\xC3\xA9");
    BOOST_TEST(pairs[4].second == "%zz");
}

BOOST_AUTO_TEST_CASE(fields_cannot_hold_line_breaks) {
    response reply;
    BOOST_CHECK_THROW(reply.set("Location", "/a\r\nX: y"), std::logic_error);
    reply.set("Location", "/a");
    BOOST_TEST(reply.lines() == "Location: /a\r\n");
}

BOOST_AUTO_TEST_SUITE_END()
