// The multipart reader: events, splits at every place, boundaries that nearly match, bad bodies.
#include "server/http/multipart.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <vector>

using namespace kinvault::http;

namespace {

struct part {
    std::string name;
    std::string filename = "(none)";
    std::string type;
    std::string data;
    bool whole = false;
    bool operator==(part const&) const = default;
};

std::ostream& operator<<(std::ostream& out, part const& p) {
    return out << p.name << " [" << p.filename << "] " << p.type << ": " << p.data.size()
               << " bytes, " << (p.whole ? "whole" : "not whole");
}

/// Takes the events of one chunk into `parts`; true at the end of the form.
bool take(multipart_parser& parser, std::string_view chunk, std::vector<part>& parts) {
    parser.feed({reinterpret_cast<std::uint8_t const*>(chunk.data()), chunk.size()});
    for (bool ended = false;;) {
        switch (parser.next()) {
        case multipart_event::need_input:
            return ended;
        case multipart_event::part_begin: {
            auto const& head = parser.head();
            parts.push_back(
                {head.name, head.filename.value_or("(none)"), head.content_type, {}, false});
            break;
        }
        case multipart_event::part_data:
            BOOST_TEST(!parser.data().empty());
            parts.back().data.append(reinterpret_cast<char const*>(parser.data().data()),
                                     parser.data().size());
            break;
        case multipart_event::part_end:
            parts.back().whole = true;
            break;
        case multipart_event::end:
            ended = true;
        }
    }
}

/// Parses `body`, cut into pieces of `step` bytes after a first one of `first`.
std::vector<part> parse(std::string_view body, std::size_t first = std::string_view::npos,
                        std::size_t step = std::string_view::npos, std::string boundary = "B") {
    multipart_parser parser(boundary);
    std::vector<part> parts;
    bool ended = false;
    for (auto size = first; !body.empty(); size = step) {
        // A copy of exactly the chunk, so that a sanitizer sees a read beyond it.
        std::vector<char> chunk(body.begin(), body.begin() + std::min(size, body.size()));
        ended = take(parser, {chunk.data(), chunk.size()}, parts) || ended;
        body.remove_prefix(chunk.size());
    }
    parser.finish();
    BOOST_TEST(ended);
    return parts;
}

std::string field(std::string const& name, std::string const& value) {
    return "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
}

std::string file(std::string const& data) {
    return "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n"
           "Content-Type: application/pdf\r\n\r\n" +
           data + "\r\n";
}

part file_part(std::string data) {
    return {"file", "a.pdf", "application/pdf", std::move(data), true};
}

} // namespace

BOOST_AUTO_TEST_SUITE(multipart_parser_suite)

BOOST_AUTO_TEST_CASE(a_form_as_browsers_send_it) {
    auto const parts =
        parse(file("content") + field("item_id", "7") + field("purpose", "") + "--B--\r\n");
    std::vector<part> const expected = {file_part("content"),
                                        {"item_id", "(none)", "", "7", true},
                                        {"purpose", "(none)", "", "", true}};
    BOOST_TEST(parts == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(every_split_gives_the_same_events) {
    std::vector<std::string> const contents = {"",
                                               "x",
                                               "\r\n",
                                               "\r",
                                               "\r\n-",
                                               "\r\n--",
                                               "--B",
                                               "\r\r\n--C\r\n--\r\n-B",
                                               "\n--B--\n",
                                               "\r\n\r\n--b--\r\n",
                                               std::string("\0\xff\r\n--\0B", 8),
                                               "a\r\n--A\r\n--"
                                               "\r"};
    for (auto const& data : contents) {
        // "--B" at the very front of a part is a delimiter: the line end before it is its own.
        auto const safe = data.starts_with("--B") ? " " + data : data;
        auto const body =
            "preamble\r\n-- \r\n" + file(safe) + field("x", safe) + "--B-- \r\nepilogue\r\n--B";
        std::vector<part> const expected = {file_part(safe), {"x", "(none)", "", safe, true}};
        for (std::size_t first = 0; first <= body.size(); ++first) {
            auto const parts = parse(body, first);
            BOOST_REQUIRE_MESSAGE(parts == expected, "split at " << first << " of " << body);
        }
        for (std::size_t step = 1; step < 12; ++step) {
            auto const parts = parse(body, step, step);
            BOOST_REQUIRE_MESSAGE(parts == expected, "steps of " << step << " in " << body);
        }
    }
}

BOOST_AUTO_TEST_CASE(random_data_comes_back) {
    std::mt19937 random(20261122);
    // Few different bytes, those of the delimiter: near misses of every length occur.
    std::string_view const alphabet = "\r\n-Bab";
    for (int round = 0; round < 500; ++round) {
        std::string data;
        auto const size = random() % 600;
        while (data.size() < size) data += alphabet[random() % alphabet.size()];
        if (data.find("\r\n--Ba") != data.npos || data.starts_with("--Ba")) continue;
        auto const body = "--Ba\r\ncontent-disposition:form-data;name=file;filename=a.pdf\r\n"
                          "CONTENT-TYPE:application/pdf\r\n\r\n" +
                          data + "\r\n--Ba--";
        auto const first = random() % (body.size() + 1);
        auto const parts = parse(body, first, 1 + random() % 64, "Ba");
        BOOST_REQUIRE_EQUAL(parts.size(), 1u);
        BOOST_REQUIRE(parts[0] == file_part(data));
    }
}

BOOST_AUTO_TEST_CASE(data_comes_in_pieces_as_large_as_the_input_allows) {
    std::string data;
    for (int i = 0; i < 1000; ++i) data += "line\r\n-\r\n";
    auto const body = file(data) + "--B--";
    multipart_parser parser("B");
    parser.feed({reinterpret_cast<std::uint8_t const*>(body.data()), body.size()});
    BOOST_TEST((parser.next() == multipart_event::part_begin));
    BOOST_TEST((parser.next() == multipart_event::part_data));
    BOOST_TEST(parser.data().size() == data.size());
    BOOST_TEST((parser.next() == multipart_event::part_end));
    BOOST_TEST((parser.next() == multipart_event::end));
    BOOST_TEST((parser.next() == multipart_event::need_input));
}

BOOST_AUTO_TEST_CASE(forms_without_parts_and_parts_without_body) {
    BOOST_TEST(parse("--B--").empty());
    BOOST_TEST(parse("--B--\r\n").empty());
    BOOST_TEST(parse("x\r\n--B--\r\n").empty());
    auto const parts = parse("--B\r\nContent-Disposition: form-data; name=a\r\n\r\n--B--");
    BOOST_REQUIRE_EQUAL(parts.size(), 1u);
    BOOST_TEST(parts[0].whole);
    BOOST_TEST(parts[0].data.empty());
}

BOOST_AUTO_TEST_CASE(white_space_may_follow_a_boundary) {
    auto const body = "--B \t \r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--B-- \t";
    BOOST_TEST(parse(body).at(0).data == "x");
}

BOOST_AUTO_TEST_CASE(a_boundary_of_seventy_characters) {
    std::string const longest(70, '-');
    auto const body = "--" + longest + "\r\nContent-Disposition: form-data; name=a\r\n\r\n" +
                      std::string(69, '-') + "\r\n--" + std::string(69, '-') + "\r\n--" + longest +
                      "--";
    for (std::size_t step = 1; step < 80; ++step)
        BOOST_TEST(parse(body, step, step, longest).at(0).data ==
                   std::string(69, '-') + "\r\n--" + std::string(69, '-'));
    BOOST_CHECK_THROW(multipart_parser(longest + "-"), multipart_error);
    BOOST_CHECK_THROW(multipart_parser(""), multipart_error);
    BOOST_CHECK_THROW(multipart_parser("a\r\nb"), multipart_error);
}

BOOST_AUTO_TEST_CASE(bodies_that_end_too_early) {
    auto const body = file("content") + "--B--";
    for (std::size_t size = 0; size < body.size(); ++size) {
        multipart_parser parser("B");
        std::vector<part> parts;
        take(parser, std::string_view(body).substr(0, size), parts);
        BOOST_CHECK_THROW(parser.finish(), multipart_error);
    }
}

BOOST_AUTO_TEST_CASE(what_is_not_in_form_is_refused) {
    std::string const head = "Content-Disposition: form-data; name=a\r\n";
    for (std::string const& body : {
             "--B\n" + head + "\r\nx\r\n--B--",                  // bare LF after a boundary
             "--B\rX" + head + "\r\nx\r\n--B--",                 // bare CR after a boundary
             "--BX\r\n" + head + "\r\nx\r\n--B--",               // more than the boundary
             "--B\r\n" + head + "\r\nx\r\n--B-\r\n",             // half an end
             "--B\r\n" + head + "\r\nx\r\n--B \x01\r\n--B--",    // no white space
             std::string("--B\r\n\r\nx\r\n--B--"),               // no head
             std::string("--B\r\nX-Other: 1\r\n\r\nx\r\n--B--"), // no Content-Disposition
             "--B\r\n" + head + head + "\r\nx\r\n--B--",         // two of them
             "--B\r\n" + head + " folded\r\n\r\nx\r\n--B--",     // a folded line
             "--B\r\n" + head + "X: a\nY: b\r\n\r\nx\r\n--B--",  // a bare LF in a line
             "--B\r\n" + head + "X: a\rY: b\r\n\r\nx\r\n--B--",  // a bare CR in a line
             "--B\r\n" + head + "No colon\r\n\r\nx\r\n--B--",    //
             "--B\r\n" + head + "X : 1\r\n\r\nx\r\n--B--",       // space before the colon
             "--B\r\n" + head + ": 1\r\n\r\nx\r\n--B--",         // no name
             "--B\r\n" + head + "Content-Transfer-Encoding: base64\r\n\r\nx\r\n--B--",
             "--B\r\n" + head + std::string("X: \0\r\n\r\nx\r\n--B--", 16),
         }) {
        BOOST_CHECK_THROW(parse(body), multipart_error);
        BOOST_CHECK_THROW(parse(body, 1, 1), multipart_error);
    }
}

BOOST_AUTO_TEST_CASE(heads_and_parts_are_limited) {
    auto const with_head = [](std::size_t size) {
        std::string head = "Content-Disposition: form-data; name=a\r\nX: ";
        head += std::string(size - head.size() - 4, 'x') + "\r\n\r\n";
        return "--B\r\n" + head + "x\r\n--B--";
    };
    BOOST_TEST(parse(with_head(multipart_parser::max_head)).size() == 1u);
    BOOST_CHECK_THROW(parse(with_head(multipart_parser::max_head + 1)), multipart_error);

    std::string many;
    for (std::size_t i = 0; i < multipart_parser::max_parts; ++i) many += field("a", "b");
    BOOST_TEST(parse(many + "--B--").size() == multipart_parser::max_parts);
    BOOST_CHECK_THROW(parse(many + field("a", "b") + "--B--"), multipart_error);
}

BOOST_AUTO_TEST_SUITE_END()
