#include "config/logging.hpp"

#include <spdlog/details/log_msg.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <ctime>
#include <string_view>

namespace kinvault::config {
namespace {

void append(spdlog::memory_buf_t& to, std::string_view text) {
    to.append(text.data(), text.data() + text.size());
}

/// Length of the well-formed UTF-8 character a text starts with; 0 when it does not.
std::size_t character_length(std::string_view text) {
    auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    std::size_t length = byte(0) < 0x80   ? 1
                         : byte(0) < 0xc2 ? 0
                         : byte(0) < 0xe0 ? 2
                         : byte(0) < 0xf0 ? 3
                         : byte(0) < 0xf5 ? 4
                                          : 0;
    if (length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xc0) != 0x80) return 0;
    // Overlong forms, surrogates and what is beyond U+10FFFF (RFC 3629).
    if ((byte(0) == 0xe0 && byte(1) < 0xa0) || (byte(0) == 0xed && byte(1) > 0x9f) ||
        (byte(0) == 0xf0 && byte(1) < 0x90) || (byte(0) == 0xf4 && byte(1) > 0x8f))
        return 0;
    return length;
}

void append_escape(spdlog::memory_buf_t& to, unsigned char c, bool json) {
    constexpr std::string_view digits = "0123456789abcdef";
    if (c == '"' || c == '\\') {
        to.push_back('\\');
        to.push_back(char(c));
    } else if (c == '\n' || c == '\t') {
        append(to, c == '\n' ? "\\n" : "\\t");
    } else {
        append(to, json ? "\\u00" : "\\x");
        to.push_back(digits[c >> 4]);
        to.push_back(digits[c & 15]);
    }
}

/// Copies a text; control characters, bytes that are no UTF-8, and in JSON also `"` and `\`, become
/// escapes.
void append_escaped(spdlog::memory_buf_t& to, std::string_view text, bool json) {
    while (!text.empty()) {
        std::size_t plain = 0;
        while (plain < text.size()) {
            auto c = static_cast<unsigned char>(text[plain]);
            auto length = character_length(text.substr(plain));
            if (length == 0 || c < 0x20 || c == 0x7f || (json && (c == '"' || c == '\\'))) break;
            plain += length;
        }
        append(to, text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty()) return;
        append_escape(to, static_cast<unsigned char>(text.front()), json);
        text.remove_prefix(1);
    }
}

class line_formatter : public spdlog::formatter {
  public:
    explicit line_formatter(bool json) : json_(json) {}

    void format(spdlog::details::log_msg const& entry, spdlog::memory_buf_t& to) override {
        auto level = spdlog::level::to_string_view(entry.level);
        append(to, json_ ? "{\"time\":\"" : "");
        append_time(to, entry.time);
        append(to, json_ ? "\",\"level\":\"" : " ");
        append(to, {level.data(), level.size()});
        append(to, json_ ? "\",\"message\":\"" : " ");
        append_escaped(to, {entry.payload.data(), entry.payload.size()}, json_);
        append(to, json_ ? "\"}\n" : "\n");
    }
    std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<line_formatter>(json_);
    }

  private:
    /// RFC 3339 in UTC with microseconds. The part up to the second is kept for the next entry.
    void append_time(spdlog::memory_buf_t& to, spdlog::log_clock::time_point time) {
        using namespace std::chrono;
        auto since = time.time_since_epoch();
        auto second = floor<seconds>(since);
        if (second.count() != second_) {
            second_ = second.count();
            std::time_t value = second_;
            std::tm parts{};
            gmtime_r(&value, &parts);
            length_ = std::strftime(text_, sizeof text_, "%Y-%m-%dT%H:%M:%S", &parts);
        }
        append(to, {text_, length_});
        char fraction[] = ".000000Z";
        auto rest = duration_cast<microseconds>(since - second).count();
        for (int i = 6; i > 0; --i, rest /= 10) fraction[i] = char('0' + rest % 10);
        append(to, {fraction, sizeof fraction - 1});
    }

    bool json_;
    std::time_t second_ = -1;
    char text_[32] = {};
    std::size_t length_ = 0;
};

} // namespace

std::unique_ptr<spdlog::formatter> make_log_formatter(log_format_kind format) {
    return std::make_unique<line_formatter>(format == log_format_kind::json);
}

void set_up_logging(log_level_kind level, log_format_kind format) {
    constexpr spdlog::level::level_enum levels[] = {spdlog::level::trace, spdlog::level::debug,
                                                    spdlog::level::info, spdlog::level::warn,
                                                    spdlog::level::err};
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    sink->set_formatter(make_log_formatter(format));
    auto logger = std::make_shared<spdlog::logger>("kinvault", std::move(sink));
    logger->set_level(levels[std::size_t(level)]);
    spdlog::set_default_logger(std::move(logger));
}

} // namespace kinvault::config
