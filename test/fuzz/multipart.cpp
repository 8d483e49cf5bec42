// The multipart reader: the same form means the same parts, however it is cut into chunks; and it
// is either taken or refused.
#include "server/http/multipart.hpp"
#include "test/fuzz/input.hpp"

#include <vector>

using namespace kinvault;
using http::multipart_event;

namespace {

struct part {
    std::string name;
    std::optional<std::string> filename;
    std::string type;
    std::string data;
    bool operator==(part const&) const = default;
};

struct form {
    std::vector<part> parts;
    bool refused = false;
    bool operator==(form const&) const = default;
};

void take(form& result, http::multipart_parser& parser, multipart_event event) {
    if (event == multipart_event::part_begin) {
        auto const& head = parser.head();
        result.parts.push_back({head.name, head.filename, head.content_type, ""});
        if (!head.filename) return;
        fuzz::require(head.filename->find_first_of(std::string_view("/\\\r\n\0", 5)) ==
                          std::string::npos,
                      "a file name without folders and lines");
    } else if (event == multipart_event::part_data) {
        auto const data = parser.data();
        fuzz::require(!data.empty(), "no empty data");
        result.parts.back().data.append(reinterpret_cast<char const*>(data.data()), data.size());
    }
}

form read(std::string_view boundary, std::string_view body, std::size_t step) {
    form result;
    try {
        http::multipart_parser parser(boundary);
        while (!body.empty()) {
            // A copy of its own: reading past a chunk shows.
            std::vector<char> const chunk(
                body.begin(), body.begin() + std::ptrdiff_t(std::min(step, body.size())));
            parser.feed(fuzz::bytes_of({chunk.data(), chunk.size()}));
            for (auto event = parser.next(); event != multipart_event::need_input;
                 event = parser.next())
                take(result, parser, event);
            body.remove_prefix(chunk.size());
        }
        parser.finish();
    } catch (http::multipart_error const&) {
        result.refused = true;
    }
    return result;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    fuzz::input in(data, size);
    std::size_t const step = 1 + in.byte() % 64;
    auto const boundary = http::multipart_boundary(in.until("\n"));
    if (!boundary) return 0;
    auto const whole = read(*boundary, in.rest(), in.rest().size());
    fuzz::require(whole == read(*boundary, in.rest(), step), "the same parts in other chunks");
    fuzz::require(whole.parts.size() <= http::multipart_parser::max_parts, "not too many parts");
    return 0;
}
