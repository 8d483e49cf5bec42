#include "domain/mail/message.hpp"

#include "crypto/bytes.hpp"
#include "crypto/encoding.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace kinvault::domain::mail {

namespace chrono = std::chrono;

namespace {

/// RFC 5322, section 2.1.1, without CRLF.
constexpr std::size_t longest_line = 998;
constexpr std::size_t base64_line = 76; // RFC 2045, section 6.8
/// What makes an encoded word of 72 characters; RFC 2047, section 2 allows 75.
constexpr std::size_t longest_word = 45;
/// What stands in one line with the name of its field.
constexpr std::size_t longest_plain = 60;

bool is_control(char c) {
    auto const code = static_cast<unsigned char>(c);
    return code < 0x20 || code == 0x7F;
}

bool is_plain(std::string_view text) {
    auto const ascii = [](char c) { return c >= 0x20 && c < 0x7F; };
    return text.size() <= longest_plain && std::all_of(text.begin(), text.end(), ascii) &&
           text.find("=?") == std::string_view::npos && !text.starts_with(' ') &&
           !text.ends_with(' ');
}

bool continues_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

std::string encoded_words(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        std::size_t take = std::min(longest_word, text.size());
        // A character must not be split between two words.
        while (take > 1 && take < text.size() && continues_character(text[take])) --take;
        if (!out.empty()) out += "\r\n ";
        out += "=?UTF-8?B?" + crypto::base64_encode(crypto::as_bytes(text.substr(0, take))) + "?=";
        text.remove_prefix(take);
    }
    return out;
}

/// A display name (RFC 5322, section 3.4).
std::string encode_phrase(std::string_view name) {
    auto const atom = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == ' ' || c == '-';
    };
    if (is_plain(name) && std::all_of(name.begin(), name.end(), atom)) return std::string(name);
    std::string clean(name);
    std::replace_if(clean.begin(), clean.end(), is_control, ' ');
    return encoded_words(clean);
}

/// Whether a text may travel as it is: ASCII, and no line longer than any server takes.
bool is_seven_bit(std::string_view text) {
    std::size_t width = 0;
    for (char const c : text) {
        width = c == '\n' ? 0 : width + 1;
        if (width > longest_line || (c != '\n' && c != '\t' && (c < 0x20 || c == 0x7F)))
            return false;
    }
    return true;
}

void add_lines(std::string& to, std::string_view text) {
    for (char const c : text) {
        if (c == '\n') to += '\r';
        to += c;
    }
}

void add_base64(std::string& to, std::string_view text) {
    std::string lines;
    add_lines(lines, text);
    std::string const encoded = crypto::base64_encode(crypto::as_bytes(lines));
    crypto::wipe(lines);
    for (std::size_t at = 0; at < encoded.size(); at += base64_line) {
        to.append(encoded, at, base64_line).append("\r\n");
    }
}

/// Links stay in one piece where they can, for readers of the raw mail.
void add_part(std::string& to, std::string_view boundary, std::string_view type,
              std::string_view content) {
    bool const plain = is_seven_bit(content);
    to.append("--").append(boundary).append("\r\nContent-Type: ").append(type);
    to += "; charset=utf-8\r\nContent-Transfer-Encoding: ";
    to += plain ? "7bit\r\n\r\n" : "base64\r\n\r\n";
    plain ? add_lines(to, content) : add_base64(to, content);
    to += "\r\n";
}

} // namespace

std::string encode_header(std::string_view text) {
    std::string clean(text);
    std::replace_if(clean.begin(), clean.end(), is_control, ' ');
    return is_plain(clean) ? clean : encoded_words(clean);
}

std::string date_text(chrono::sys_seconds when) {
    static constexpr std::array<char const*, 7> days{"Sun", "Mon", "Tue", "Wed",
                                                     "Thu", "Fri", "Sat"};
    static constexpr std::array<char const*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    auto const day = chrono::floor<chrono::days>(when);
    chrono::year_month_day const date(day);
    chrono::hh_mm_ss const time(when - day);
    char text[48];
    std::snprintf(text, sizeof text, "%s, %u %s %d %02d:%02d:%02d +0000",
                  days[chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                  months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()));
    return text;
}

std::string render(message const& from) {
    // Nobody who wrote a part of the text could know the id.
    std::string const boundary = "=_" + from.id;
    std::string const& address = from.from.address;
    std::string out = "From: ";
    if (from.from.name.empty()) {
        out += address;
    } else {
        out += encode_phrase(from.from.name) + "\r\n <" + address + ">";
    }
    out += "\r\nTo: " + from.to;
    out += "\r\nSubject: " + encode_header(from.subject);
    out += "\r\nDate: " + date_text(from.date);
    out += "\r\nMessage-ID: <" + from.id + "@" + std::string(from.from.domain()) + ">";
    // RFC 3834: nobody's absence is to answer this.
    out += "\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0";
    out += "\r\nContent-Type: multipart/alternative;\r\n boundary=\"" + boundary + "\"\r\n\r\n";
    add_part(out, boundary, "text/plain", from.text);
    add_part(out, boundary, "text/html", from.html);
    out += "--" + boundary + "--\r\n";
    return out;
}

} // namespace kinvault::domain::mail
