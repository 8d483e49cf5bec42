#include "server/frontend/forwarder.hpp"
#include "server/frontend/static_files.hpp"

#include <boost/test/unit_test.hpp>

using namespace kinvault;
using namespace kinvault::web;

namespace {

http::request_head head_with(std::vector<std::pair<std::string_view, std::string_view>> fields) {
    http::request_head head;
    head.target = "/page?a=b";
    head.fields = std::move(fields);
    return head;
}

http::client_identity const ada{"203.0.113.9", true, "vault.example"};

} // namespace

BOOST_AUTO_TEST_SUITE(frontend)

BOOST_AUTO_TEST_CASE(types_follow_the_extension) {
    BOOST_TEST(type_of_file("index.html") == "text/html; charset=utf-8");
    BOOST_TEST(type_of_file("a/b.min.JS") == "text/javascript; charset=utf-8");
    BOOST_TEST(type_of_file("font.woff2") == "font/woff2");
    BOOST_TEST(type_of_file("a.js/README") == "application/octet-stream");
    BOOST_TEST(type_of_file("") == "application/octet-stream");
}

BOOST_AUTO_TEST_CASE(names_with_a_hash_never_change) {
    for (std::string_view const name :
         {"assets/index-Bx3Kq9Zf.js", "app.3f2a91bc.chunk.js", "main.3f2a91bc04d7.css.map",
          "_next/static/chunks/4bd1b696-80bcaf75e1b4285e.js", "logo.d2cd4a91.svg"})
        BOOST_TEST(has_hash(name), name);
    for (std::string_view const name :
         {"index.html", "favicon.ico", "manifest.webmanifest", "icon-512x512.png",
          "photo-1024x1024.jpg", "report-20260101.pdf", "service-worker.js",
          "roboto-v30-latin-regular.woff2", "a-3f2a91bc/plain.js", "page-3f2a91bc.html",
          "3f2a91bc.js"})
        BOOST_TEST(!has_hash(name), name);
}

BOOST_AUTO_TEST_CASE(fields_for_one_hop_stay_here) {
    auto const text = forwarded_head(head_with({{"Host", "evil"},
                                                {"Cookie", "a=b"},
                                                {"Connection", "close, X-Secret"},
                                                {"X-Secret", "1"},
                                                {"Keep-Alive", "5"},
                                                {"TE", "trailers"},
                                                {"Upgrade", "h2c"},
                                                {"X-Forwarded-For", "6.6.6.6"},
                                                {"Forwarded", "for=6.6.6.6"},
                                                {"Proxy-Authorization", "x"},
                                                {"Expect", "100-continue"},
                                                {"Accept", "*/*"}}),
                                     ada, false);
    BOOST_TEST(text ==
               "GET /page?a=b HTTP/1.1\r\nHost: vault.example\r\nCookie: a=b\r\nAccept: */*\r\n"
               "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n"
               "X-Forwarded-Host: vault.example\r\nConnection: close\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_body_is_framed_anew) {
    auto head = head_with({{"Transfer-Encoding", "chunked"}});
    head.verb = http::method::post;
    head.has_body = true;
    auto text = forwarded_head(head, ada, false);
    BOOST_TEST(text.find("\r\nTransfer-Encoding: chunked\r\n") != std::string::npos);
    BOOST_TEST(text.find("Content-Length") == std::string::npos);
    head.content_length = 17;
    text = forwarded_head(head, ada, false);
    BOOST_TEST(text.find("\r\nContent-Length: 17\r\n") != std::string::npos);
    BOOST_TEST(text.find("Transfer-Encoding") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_websocket_is_asked_for_in_two_fields) {
    auto const asks = [](std::string_view connection, std::string_view upgrade) {
        return wants_websocket(head_with({{"Connection", connection}, {"Upgrade", upgrade}}));
    };
    BOOST_TEST(asks("Upgrade", "websocket"));
    BOOST_TEST(asks("keep-alive, upgrade", "WebSocket"));
    BOOST_TEST(!asks("keep-alive", "websocket"));
    BOOST_TEST(!asks("Upgrade", "h2c"));
    auto head = head_with({{"Connection", "Upgrade"}, {"Upgrade", "websocket"}});
    head.version = 10;
    BOOST_TEST(!wants_websocket(head));
    head.version = 11;
    head.has_body = true;
    BOOST_TEST(!wants_websocket(head));
}

BOOST_AUTO_TEST_SUITE_END()
