#include "server/http/framing.hpp"

#include <boost/test/unit_test.hpp>

using namespace kinvault::http;

namespace {

parsed_head head_with(std::vector<std::pair<std::string_view, std::string_view>> fields) {
    parsed_head head;
    head.verb = "POST";
    head.target = "/api/items";
    head.fields = std::move(fields);
    return head;
}

/// The status with which the gate refuses a head, or 0.
int refusal(parsed_head head) {
    try {
        admit_head(std::move(head));
        return 0;
    } catch (bad_request const& error) {
        return error.status();
    }
}

int refused_target(std::string_view target) {
    auto head = head_with({{"Host", "vault"}});
    head.target = target;
    return refusal(std::move(head));
}

int refused_lines(std::string_view text) {
    try {
        find_head_end(text);
        return 0;
    } catch (bad_request const& error) {
        return error.status();
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(framing)

BOOST_AUTO_TEST_CASE(a_head_ends_at_its_empty_line) {
    std::string const head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    BOOST_TEST(find_head_end(head) == head.size());
    BOOST_TEST(find_head_end(head + "GET /next HTTP/1.1\r\n") == head.size());
    for (std::size_t cut = 0; cut < head.size(); ++cut) {
        BOOST_TEST(find_head_end(std::string_view(head).substr(0, cut)) == std::string_view::npos);
    }
}

BOOST_AUTO_TEST_CASE(lines_that_others_may_read_differently_are_refused) {
    BOOST_TEST(refused_lines("GET / HTTP/1.1\nHost: a\r\n\r\n") == 400);
    BOOST_TEST(refused_lines("GET / HTTP/1.1\r\nHost: a\n\r\n") == 400);
    BOOST_TEST(refused_lines("GET / HTTP/1.1\r\nX: a\rb\r\n\r\n") == 400);
    BOOST_TEST(refused_lines("GET / HTTP/1.1\r\nX: a\r\n folded\r\n\r\n") == 400);
    BOOST_TEST(refused_lines("GET / HTTP/1.1\r\nX: a\r\n\tfolded\r\n\r\n") == 400);
}

BOOST_AUTO_TEST_CASE(a_head_beyond_the_limit_is_refused) {
    std::string text = "GET / HTTP/1.1\r\nX: ";
    text.append(head_limit - text.size() - 5, 'x');
    BOOST_TEST(refused_lines(text) == 0);
    BOOST_TEST(refused_lines(text + "xxxxx") == 431);
    BOOST_TEST(find_head_end(text + "\r\n\r\n") == text.size() + 4);
}

BOOST_AUTO_TEST_CASE(ordinary_heads_pass) {
    auto const admitted = admit_head(head_with(
        {{"Host", "vault.example:8000"}, {"content-length", "12"}, {"Expect", "100-Continue"}}));
    BOOST_TEST(admitted.head.path == "/api/items");
    BOOST_TEST(admitted.head.content_length.value() == 12u);
    BOOST_TEST(admitted.head.has_body);
    BOOST_TEST(admitted.keep_alive);
    BOOST_TEST(!admitted.chunked);
    BOOST_TEST(admitted.expects_continue);
}

BOOST_AUTO_TEST_CASE(one_valid_host_is_needed) {
    BOOST_TEST(refusal(head_with({})) == 400);
    BOOST_TEST(refusal(head_with({{"Host", "a"}, {"host", "a"}})) == 400);
    for (auto const* bad :
         {"", "a b", "a/b", "user@host", "a:port", "a:123456", "[::1", ":80", "a\"b"}) {
        BOOST_TEST_CONTEXT(bad) {
            BOOST_TEST(refusal(head_with({{"Host", bad}})) == 400);
        }
    }
    for (auto const* good :
         {"a", "a:80", "127.0.0.1:8000", "[::1]:80", "[::ffff:1.2.3.4]", "x-1.example"}) {
        BOOST_TEST_CONTEXT(good) {
            BOOST_TEST(refusal(head_with({{"Host", good}})) == 0);
        }
    }
    auto old = head_with({});
    old.version = 10;
    BOOST_TEST(refusal(std::move(old)) == 0);
}

BOOST_AUTO_TEST_CASE(only_plain_framing_passes) {
    auto const with = [](std::vector<std::pair<std::string_view, std::string_view>> fields) {
        fields.emplace_back("Host", "a");
        return refusal(head_with(std::move(fields)));
    };
    BOOST_TEST(with({{"Transfer-Encoding", "chunked"}}) == 0);
    BOOST_TEST(with({{"Transfer-Encoding", "Chunked"}}) == 0);
    for (auto const* bad :
         {"xchunked", "chunked, gzip", "gzip, chunked", "chunked, chunked", "identity", ""}) {
        BOOST_TEST_CONTEXT(bad) {
            BOOST_TEST(with({{"Transfer-Encoding", bad}}) == 400);
        }
    }
    BOOST_TEST(with({{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}) == 400);
    BOOST_TEST(with({{"Transfer-Encoding", "chunked"}, {"Content-Length", "3"}}) == 400);
    BOOST_TEST(with({{"Content-Length", "3"}, {"Content-Length", "3"}}) == 400);
    for (auto const* bad : {"", "+3", "-3", "3,3", "0x3", "3 ", "99999999999999999999"}) {
        BOOST_TEST_CONTEXT(bad) {
            BOOST_TEST(with({{"Content-Length", bad}}) == 400);
        }
    }
    auto old = head_with({{"Transfer-Encoding", "chunked"}});
    old.version = 10;
    BOOST_TEST(refusal(std::move(old)) == 400);
}

BOOST_AUTO_TEST_CASE(targets_are_paths_decoded_once) {
    for (auto const* bad : {"*", "http://a/b", "api", "", "/a b", "/a#b", "/%00", "/a%0", "/%zz",
                            "/a/../b", "/a/..", "/./a", "/a/%2e%2e/b", "/\x7f", "/\xc3\xa9"}) {
        BOOST_TEST_CONTEXT(bad) {
            BOOST_TEST(refused_target(bad) == 400);
        }
    }
    auto head = head_with({{"Host", "a"}});
    head.target = "/api/%2541%20b?q=%00&r=1";
    auto const admitted = admit_head(std::move(head));
    BOOST_TEST(admitted.head.path == "/api/%41 b");
    BOOST_TEST(admitted.head.query == "q=%00&r=1");
    BOOST_TEST(refused_target("/a/...") == 0);
    BOOST_TEST(refused_target("/.well-known") == 0);
}

BOOST_AUTO_TEST_CASE(unknown_methods_versions_and_expectations) {
    auto head = head_with({{"Host", "a"}});
    head.verb = "BREW";
    BOOST_TEST(refusal(head) == 501);
    head.verb = "post";
    BOOST_TEST(refusal(head) == 501);
    head.verb = "GET";
    head.version = 20;
    BOOST_TEST(refusal(head) == 505);
    BOOST_TEST(refusal(head_with({{"Host", "a"}, {"Expect", "the-best"}})) == 417);
}

BOOST_AUTO_TEST_CASE(too_many_fields_are_refused) {
    std::vector<std::pair<std::string_view, std::string_view>> fields(field_limit - 1, {"X", "y"});
    fields.emplace_back("Host", "a");
    BOOST_TEST(refusal(head_with(fields)) == 0);
    fields.emplace_back("X", "y");
    BOOST_TEST(refusal(head_with(fields)) == 431);
}

BOOST_AUTO_TEST_CASE(connections_are_kept_as_the_version_says) {
    auto const kept = [](unsigned version, std::string_view connection) {
        auto head = head_with({{"Host", "a"}, {"Connection", connection}});
        head.version = version;
        return admit_head(std::move(head)).keep_alive;
    };
    BOOST_TEST(kept(11, ""));
    BOOST_TEST(!kept(11, "close"));
    BOOST_TEST(!kept(11, "Upgrade, Close"));
    BOOST_TEST(!kept(10, ""));
    BOOST_TEST(kept(10, "Keep-Alive"));
}

BOOST_AUTO_TEST_SUITE_END()
