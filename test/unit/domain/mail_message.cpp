#include "domain/mail/message.hpp"

#include "crypto/encoding.hpp"
#include "domain/mail/letter.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace kinvault;
using namespace kinvault::domain;
using namespace kinvault::domain::mail;

namespace {

message example() {
    message one;
    one.id = "0d9e6d2e-0000-4000-8000-000000000001";
    one.from = {"", "vault@example.org"};
    one.to = "ada@example.com";
    one.subject = "A subject";
    one.text = "Hello,\nworld\n";
    one.html = "<p>Hello</p>\n";
    one.date = std::chrono::sys_days(std::chrono::January / 2 / 2027) + std::chrono::hours(3) +
               std::chrono::minutes(4) + std::chrono::seconds(5);
    return one;
}

std::vector<std::string> lines_of(std::string const& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        auto const end = text.find("\r\n", at);
        BOOST_REQUIRE(end != std::string::npos);
        lines.push_back(text.substr(at, end - at));
        at = end + 2;
    }
    return lines;
}

std::string head_of(message const& one) {
    auto const text = render(one);
    return text.substr(0, text.find("\r\n\r\n"));
}

bool has_bare_breaks(std::string const& text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) return true;
        if (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')) return true;
    }
    return false;
}

/// What the encoded words of a folded field say.
std::string decoded(std::string const& field) {
    std::string out;
    for (std::size_t at = 0; (at = field.find("=?UTF-8?B?", at)) != std::string::npos;) {
        at += 10;
        auto const end = field.find("?=", at);
        auto const raw = crypto::base64_decode(field.substr(at, end - at)).value();
        out.append(raw.begin(), raw.end());
    }
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(mail_message)

BOOST_AUTO_TEST_CASE(a_mail_in_ascii_is_readable_as_it_is) {
    BOOST_TEST(render(example()) ==
               "From: vault@example.org\r\n"
               "To: ada@example.com\r\n"
               "Subject: A subject\r\n"
               "Date: Sat, 2 Jan 2027 03:04:05 +0000\r\n"
               "Message-ID: <0d9e6d2e-0000-4000-8000-000000000001@example.org>\r\n"
               "Auto-Submitted: auto-generated\r\n"
               "MIME-Version: 1.0\r\n"
               "Content-Type: multipart/alternative;\r\n"
               " boundary=\"=_0d9e6d2e-0000-4000-8000-000000000001\"\r\n"
               "\r\n"
               "--=_0d9e6d2e-0000-4000-8000-000000000001\r\n"
               "Content-Type: text/plain; charset=utf-8\r\n"
               "Content-Transfer-Encoding: 7bit\r\n"
               "\r\n"
               "Hello,\r\nworld\r\n"
               "\r\n"
               "--=_0d9e6d2e-0000-4000-8000-000000000001\r\n"
               "Content-Type: text/html; charset=utf-8\r\n"
               "Content-Transfer-Encoding: 7bit\r\n"
               "\r\n"
               "<p>Hello</p>\r\n"
               "\r\n"
               "--=_0d9e6d2e-0000-4000-8000-000000000001--\r\n");
}

BOOST_AUTO_TEST_CASE(whatever_a_text_holds_goes_in_short_ascii_lines) {
    for (std::string const& text :
         {std::string("für Jörg"), std::string(2000, 'x'), std::string("bell\a"),
          std::string("a\r\nb"), std::string("a\rb"), std::string(600, '\xC3') + "x"}) {
        auto one = example();
        one.text = one.html = text;
        auto const whole = render(one);
        BOOST_TEST(!has_bare_breaks(whole));
        BOOST_TEST(
            std::all_of(whole.begin(), whole.end(), [](char c) { return c > 0 && c < 127; }));
        BOOST_TEST(whole.find("Content-Transfer-Encoding: base64") != std::string::npos);
        for (auto const& line : lines_of(whole)) BOOST_TEST(line.size() <= 78u);
    }
}

BOOST_AUTO_TEST_CASE(no_text_begins_a_field_of_the_head) {
    auto const plain = lines_of(head_of(example()) + "\r\n").size();
    for (std::string const evil : {"A\r\nBcc: eve@example.com", "A\nBcc: eve@example.com",
                                   "A\rBcc: eve@example.com", "A\r\n\r\n<html>"}) {
        auto one = example();
        one.subject = evil;
        one.from.name = evil;
        auto const head = head_of(one);
        BOOST_TEST(head.find("\nBcc") == std::string::npos);
        BOOST_TEST(!has_bare_breaks(head));
        // One line more: the sender's address behind the name.
        BOOST_TEST(lines_of(head + "\r\n").size() <= plain + 1);
    }
}

BOOST_AUTO_TEST_CASE(words_beyond_ascii_are_encoded_and_never_split_within_a_character) {
    BOOST_TEST(encode_header("Plain, really?") == "Plain, really?");
    for (std::string const text :
         {"Jörg lädt ein", "日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語",
          "=?UTF-8?B?eA==?=", " blank", "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀"}) {
        auto const field = encode_header(text);
        BOOST_TEST(decoded(field) == text);
        for (auto const& line : lines_of(field + "\r\n")) {
            BOOST_TEST(line.size() <= 76u);
            // Each word is well-formed for itself.
            auto const part = decoded(line);
            BOOST_TEST((part.empty() || (static_cast<unsigned char>(part[0]) & 0xC0) != 0x80));
        }
    }
    BOOST_TEST(decoded(encode_header(std::string(100, 'x'))) == std::string(100, 'x'));
}

BOOST_AUTO_TEST_CASE(a_sender_may_have_a_name) {
    auto one = example();
    one.from.name = "The vault";
    BOOST_TEST(render(one).starts_with("From: The vault\r\n <vault@example.org>\r\nTo:"));
    one.from.name = "Doe, \"Jane\"";
    auto const head = head_of(one);
    BOOST_TEST(head.starts_with("From: =?UTF-8?B?"));
    BOOST_TEST(decoded(head) == one.from.name);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(mail_letter)

BOOST_AUTO_TEST_CASE(what_people_typed_is_no_html) {
    auto const one = invitation_letter("<b>Bob</b>", "A \"vault\" & <more>", "Eve <script>",
                                       "https://vault/accept-invite?token=a&b");
    auto const html = html_of(one);
    BOOST_TEST(html.find("<b>") == std::string::npos);
    BOOST_TEST(html.find("<script>") == std::string::npos);
    BOOST_TEST(html.find("A &quot;vault&quot; &amp; &lt;more&gt;") != std::string::npos);
    BOOST_TEST(html.find("<a href=\"https://vault/accept-invite?token=a&amp;b\">") !=
               std::string::npos);
    auto const text = text_of(one);
    BOOST_TEST(text.find("Hello <b>Bob</b>,\n") == 0u);
    BOOST_TEST(text.find("\nhttps://vault/accept-invite?token=a&b\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(names_are_one_line_and_no_letter_of_their_own) {
    std::string const name = "Bob\r\nYour account is locked: " + std::string(500, 'x');
    auto const one = invitation_letter(name, name, name, "https://vault");
    BOOST_TEST(one.subject.find_first_of("\r\n") == std::string::npos);
    BOOST_TEST(one.subject.size() <= 150u);
    for (auto const& paragraph : one.before) {
        BOOST_TEST(paragraph.find_first_of("\r\n") == std::string::npos);
        BOOST_TEST(paragraph.size() <= 400u);
    }
}

BOOST_AUTO_TEST_CASE(a_reminder_says_when) {
    sys_days const due = std::chrono::March / 1 / 2027;
    auto const says = [&](int days) {
        reminder_facts const facts{"Renew", "My passport", due, "Bring photos\nand money"};
        return text_of(reminder_letter("", facts, due - std::chrono::days(days), "https://vault"));
    };
    BOOST_TEST(says(7).starts_with("Hello,\n\nRenew - 1 March 2027 (in 7 days)\n"));
    BOOST_TEST(says(1).find("(tomorrow)") != std::string::npos);
    BOOST_TEST(says(0).find("(today)") != std::string::npos);
    BOOST_TEST(says(-1).find("(yesterday)") != std::string::npos);
    BOOST_TEST(says(-3).find("(3 days ago)") != std::string::npos);
    BOOST_TEST(says(7).find("My passport") != std::string::npos);
    BOOST_TEST(says(7).find("Bring photos\nand money") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
