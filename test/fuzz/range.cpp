// Conditional and partial requests, and the names of files in answers: a range lies within its
// file, and no name breaks out of its field.
#include "server/http/range.hpp"
#include "test/fuzz/input.hpp"

using namespace kinvault;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    fuzz::input in(data, size);
    std::uint64_t file_size = 0;
    for (char const digit : in.until("\n")) file_size = file_size * 10 + std::uint8_t(digit - '0');
    http::request_head head;
    auto const range = in.until("\n"), condition = in.until("\n"), match = in.until("\n");
    head.fields.emplace_back("Range", range);
    if (!condition.empty()) head.fields.emplace_back("If-Range", condition);
    head.fields.emplace_back("If-None-Match", match);
    auto const found = http::read_range(head, file_size, "\"tag\"");
    if (found.what == http::range_request::kind::part)
        fuzz::require(found.length > 0 && found.first < file_size &&
                          found.length <= file_size - found.first,
                      "a range within the file");
    http::none_match(head, "\"tag\"");

    std::string const name(in.rest());
    auto const value = http::content_disposition("attachment", name);
    fuzz::require(value.find_first_of(std::string_view("\r\n\0", 3)) == value.npos,
                  "a name within its field");
    http::response(200).set("Content-Disposition", value);
    http::parse_query(name);
    http::percent_decode(name);
    fuzz::require(http::to_utf8(http::to_utf8(name)) == http::to_utf8(name), "UTF-8 stays so");
    return 0;
}
