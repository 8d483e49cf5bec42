#include "config/logging.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <spdlog/details/log_msg.h>

#include <chrono>
#include <string>
#include <string_view>

using namespace kinvault::config;
using namespace std::string_view_literals;

namespace {

std::string formatted(log_format_kind format, std::string_view message, long microseconds = 0,
                      spdlog::level::level_enum level = spdlog::level::info) {
    // 2026-01-31T12:00:00Z
    spdlog::log_clock::time_point time(std::chrono::seconds(1769860800));
    spdlog::details::log_msg entry(time + std::chrono::microseconds(microseconds), {}, "kinvault",
                                   level, {message.data(), message.size()});
    spdlog::memory_buf_t buffer;
    make_log_formatter(format)->format(entry, buffer);
    return {buffer.data(), buffer.size()};
}

} // namespace

BOOST_AUTO_TEST_SUITE(logging)

BOOST_AUTO_TEST_CASE(text) {
    BOOST_TEST(formatted(log_format_kind::text, "up \"and\" running") ==
               "2026-01-31T12:00:00.000000Z info up \"and\" running\n");
    BOOST_TEST(formatted(log_format_kind::text, "x", 1'000'123, spdlog::level::err) ==
               "2026-01-31T12:00:01.000123Z error x\n");
}

BOOST_AUTO_TEST_CASE(json) {
    auto line =
        formatted(log_format_kind::json, "a \"b\" \\ c\n\x01\x7f é 😀", 999999, spdlog::level::warn);
    BOOST_TEST(line.back() == '\n');
    auto entry = boost::json::parse(boost::json::string_view(line)).as_object();
    BOOST_TEST(entry.size() == 3u);
    BOOST_TEST(entry.at("time").as_string() == "2026-01-31T12:00:00.999999Z");
    BOOST_TEST(entry.at("level").as_string() == "warning");
    BOOST_TEST(entry.at("message").as_string() == "a \"b\" \\ c\n\x01\x7f é 😀");
}

BOOST_AUTO_TEST_CASE(an_entry_is_one_line_of_valid_text) {
    BOOST_TEST(formatted(log_format_kind::text, "a\nb\r\x1b[0m\0c"sv) ==
               "2026-01-31T12:00:00.000000Z info a\\nb\\x0d\\x1b[0m\\x00c\n");
    // Truncated, overlong, surrogate, beyond Unicode, stray: bytes that are no UTF-8.
    for (auto bytes : {"\xc3"sv, "\xc0\xaf"sv, "\xed\xa0\x80"sv, "\xf4\x90\x80\x80"sv, "\x80"sv,
                       "\xe2\x82"sv, "\xff"sv, "\xe0\x80\x80"sv, "\xf0\x80\x80\x80"sv}) {
        auto line = formatted(log_format_kind::json, bytes);
        for (unsigned char c : line) BOOST_TEST(c < 0x80);
        BOOST_CHECK_NO_THROW(boost::json::parse(boost::json::string_view(line)));
    }
}

BOOST_AUTO_TEST_SUITE_END()
