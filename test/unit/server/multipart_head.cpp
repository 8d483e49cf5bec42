// What the head of a part says: names as browsers and others send them, hostile ones; boundaries.
#include "server/http/multipart.hpp"

#include <boost/test/unit_test.hpp>

#include <utility>
#include <vector>

using namespace kinvault::http;

namespace {

part_head disposition(std::string const& value) {
    return parse_part_head("Content-Disposition: " + value + "\r\n");
}

std::string filename(std::string const& parameters) {
    return disposition("form-data; name=\"file\"; " + parameters).filename.value_or("(none)");
}

} // namespace

BOOST_AUTO_TEST_SUITE(multipart_head)

BOOST_AUTO_TEST_CASE(file_names) {
    std::vector<std::pair<std::string, std::string>> const cases = {
        {R"(filename="My Policy.v2.pdf")", "My Policy.v2.pdf"},
        {R"(filename=a.pdf)", "a.pdf"},
        {R"(FileName = "x")", "(error)"},
        {R"(filename="")", ""},
        {R"(filename="my file; v=2, final.pdf")", "my file; v=2, final.pdf"},
        {R"(filename="Müller.pdf")", "Müller.pdf"},
        {R"(filename="家族の写真 👪.pdf")", "家族の写真 👪.pdf"},
        // Escapes of WHATWG, of others, and what only looks like one.
        {R"(filename="a%22b.pdf")", "a\"b.pdf"},
        {R"(filename="a%0D%0aX-Evil: 1.pdf")", "a__X-Evil: 1.pdf"},
        {R"(filename="100%.pdf")", "100%.pdf"},
        {R"(filename="a%20b%25%2.pdf")", "a%20b%25%2.pdf"},
        {R"(filename="a\"b.pdf")", "a\"b.pdf"},
        {R"(filename="a\"; filename=\"evil.html")", "a\"; filename=\"evil.html"},
        {"filename=\"a\tb.pdf\"", "a_b.pdf"},
        {"filename=\"a\xc2\x85z\"", "a_z"},
        // The last component only.
        {R"(filename="C:\dir\a.pdf")", "a.pdf"},
        {R"(filename="\\server\share\a.pdf")", "a.pdf"},
        {R"(filename="a\\b.pdf")", "b.pdf"},
        {R"(filename="../../etc/passwd")", "passwd"},
        {R"(filename="dir/")", ""},
        // RFC 8187 wins, wherever it stands.
        {R"(filename="a.pdf"; filename*=UTF-8''%e2%82%ac%20rates.pdf)", "€ rates.pdf"},
        {R"(filename*=utf-8'en'x%22%0d%0aSet-Cookie:a; filename="a.pdf")", "x\"__Set-Cookie:a"},
        {R"(filename*=UTF-8''..%2F..%5Cpasswd)", "passwd"},
        {R"(filename="a.pdf"; )", "a.pdf"},
        {R"(size=3)", "(none)"},
    };
    for (auto const& [sent, expected] : cases) {
        if (expected == "(error)") {
            BOOST_CHECK_THROW(filename(sent), multipart_error);
        } else {
            BOOST_TEST(filename(sent) == expected, sent);
        }
    }
}

BOOST_AUTO_TEST_CASE(hostile_heads) {
    for (std::string const& sent : std::vector<std::string>{
             "form-data",
             "form-data;",
             "form-data; filename=\"a\"",
             "attachment; name=\"a\"",
             "form-data name=\"a\"",
             "form-data; name=\"a",
             "form-data; name=\"a\\\"",
             "form-data; name=\"a\"x",
             "form-data; name=\"a\" \"b\"",
             "form-data; name",
             "form-data; name=\"a\"; name=\"b\"",
             "form-data; name=\"a\"; filename=\"b\"; filename=\"c\"",
             "form-data; name=\"a\"; filename*=UTF-8''b; filename*=UTF-8''c",
             "form-data; name=\"a\"; filename*=ISO-8859-1''b",
             "form-data; name=\"a\"; filename*=b",
             "form-data; name=\"a\"; filename*=UTF-8''%",
             "form-data; name=\"a\"; filename*=UTF-8''%4",
             "form-data; name=\"a\"; filename*=UTF-8''%zz",
             "form-data; name=\"a\"; filename*=UTF-8''%00",
             "form-data; name=\"a\"; filename*=UTF-8''%ff",
             "form-data; name=\"a\"; filename=\"\xff.pdf\"",
             "form-data; name=\"a\"; filename=\"\xc0\xaf\"",
             "form-data; name=\"a\"; filename=\"\xed\xa0\x80\"",
             "form-data; name=\"a\"; filename=\"\xf4\x90\x80\x80\"",
             "form-data; name=\"a\"; filename=\"\xe2\x82\"",
             "form-data; name=\"\xe4\"",
             "form-data; name=\"a\x7f\"",
             "form-data; name=\"a\"; filename=\"b\r\"",
             std::string("form-data; name=\"a\"; filename=\"b\0c\"", 35),
         })
        BOOST_CHECK_THROW(disposition(sent), multipart_error);
}

BOOST_AUTO_TEST_CASE(the_type_is_given_as_sent) {
    auto const head = parse_part_head("content-type:  text/plain; charset=x\t\r\n"
                                      "X-Other: ignored\r\n"
                                      "content-disposition: Form-Data; NAME=a\r\n");
    BOOST_TEST(head.content_type == "text/plain; charset=x");
    BOOST_TEST(head.name == "a");
    BOOST_TEST(!head.filename.has_value());
}

BOOST_AUTO_TEST_CASE(boundaries) {
    auto const boundary = [](std::string_view type) {
        return multipart_boundary(type).value_or("(none)");
    };
    BOOST_TEST(boundary("multipart/form-data; boundary=abc") == "abc");
    BOOST_TEST(boundary("Multipart/Form-Data;charset=utf-8;BOUNDARY=\"a b'()+_,-./:=?\"") ==
               "a b'()+_,-./:=?");
    BOOST_TEST(boundary("multipart/form-data; boundary=----WebKitFormBoundaryAbC/+= ; x=y") ==
               "----WebKitFormBoundaryAbC/+=");
    BOOST_TEST(boundary("multipart/form-data; boundary=" + std::string(70, 'x')).size() == 70u);
    for (std::string const& type : std::vector<std::string>{
             "",
             "multipart/form-data",
             "multipart/form-data; boundary",
             "multipart/form-data; boundary=",
             "multipart/form-data; boundary=\"\"",
             "multipart/form-data; boundary=\"a",
             "multipart/form-data; boundary=\"a \"",
             "multipart/form-data; boundary=a; boundary=b",
             "multipart/form-data; boundary=a\"b",
             "multipart/form-data; boundary=\xc3\xa9",
             "multipart/form-data; boundary=" + std::string(71, 'x'),
             "multipart/mixed; boundary=a",
             "multipart/form-datax; boundary=a",
             "application/json; boundary=a",
         })
        BOOST_TEST(boundary(type) == "(none)", type);
}

BOOST_AUTO_TEST_SUITE_END()
