#include "server/http/framing.hpp"

#include <algorithm>
#include <charconv>

namespace kinvault::http {

namespace {

[[noreturn]] void refuse(char const* text, int status = 400) {
    throw bad_request(status, text);
}

method verb_from(std::string_view verb) {
    for (auto const known : {method::get, method::head, method::post, method::put, method::patch,
                             method::del, method::options}) {
        if (name_of(known) == verb) return known;
    }
    refuse("Method not implemented", 501);
}

void read_target(std::string_view target, request_head& head) {
    if (target.empty() || target.front() != '/') refuse("The target must be a path");
    for (char const c : target) {
        if (c <= 0x20 || c >= 0x7f || c == '#')
            refuse("The target has a character it must not have");
    }
    head.target = target;
    auto const question = target.find('?');
    auto const path = target.substr(0, question);
    head.query =
        question == std::string_view::npos ? std::string_view() : target.substr(question + 1);
    auto decoded = percent_decode(path);
    if (!decoded) refuse("The target has a malformed escape");
    if (decoded->find('\0') != std::string::npos) refuse("The target has a NUL character");
    for (std::size_t at = 0; at != std::string::npos; at = decoded->find('/', at + 1)) {
        auto const segment = std::string_view(*decoded).substr(at + 1);
        auto const name = segment.substr(0, segment.find('/'));
        if (name == "." || name == "..") refuse("The target has dot segments");
    }
    head.path = std::move(*decoded);
}

/// Whether a comma-separated list has this token.
bool has_token(std::string_view list, std::string_view token) {
    while (!list.empty()) {
        auto part = list.substr(0, list.find(','));
        list.remove_prefix(std::min(list.size(), part.size() + 1));
        while (!part.empty() && (part.front() == ' ' || part.front() == '\t'))
            part.remove_prefix(1);
        while (!part.empty() && (part.back() == ' ' || part.back() == '\t')) part.remove_suffix(1);
        if (equal_ignoring_case(part, token)) return true;
    }
    return false;
}

/// The fields that frame the message, counted.
struct framing_fields {
    int hosts = 0, lengths = 0, codings = 0;
    std::string_view host, length, coding, connection, expect;
};

framing_fields collect(parsed_head const& parsed) {
    framing_fields found;
    for (auto const& [name, value] : parsed.fields) {
        // The length of a name tells most fields apart without a comparison.
        switch (name.size()) {
        case 4:
            if (equal_ignoring_case(name, "Host")) ++found.hosts, found.host = value;
            break;
        case 6:
            if (equal_ignoring_case(name, "Expect")) found.expect = value;
            break;
        case 10:
            if (equal_ignoring_case(name, "Connection")) found.connection = value;
            break;
        case 14:
            if (equal_ignoring_case(name, "Content-Length")) ++found.lengths, found.length = value;
            break;
        case 17:
            if (equal_ignoring_case(name, "Transfer-Encoding"))
                ++found.codings, found.coding = value;
            break;
        default:
            break;
        }
    }
    return found;
}

void read_framing(framing_fields const& found, unsigned version, admitted_head& out) {
    if (found.codings > 0) {
        if (found.codings > 1 || !equal_ignoring_case(found.coding, "chunked"))
            refuse("Transfer-Encoding must be chunked");
        if (found.lengths > 0) refuse("Content-Length beside Transfer-Encoding");
        if (version < 11) refuse("Transfer-Encoding in HTTP/1.0");
        out.chunked = true;
        out.head.has_body = true;
    } else if (found.lengths > 0) {
        std::uint64_t length = 0;
        auto const* end = found.length.data() + found.length.size();
        auto const [stop, error] = std::from_chars(found.length.data(), end, length);
        if (found.lengths > 1 || found.length.empty() || stop != end || error != std::errc{})
            refuse("Content-Length must be one number");
        out.head.content_length = length;
        out.head.has_body = length > 0;
    } else {
        out.head.content_length = 0;
    }
}

} // namespace

std::size_t find_head_end(std::string_view received) {
    auto const visible = received.substr(0, head_limit);
    std::size_t line = 0;
    for (;;) {
        auto const end = visible.find('\n', line);
        if (end == std::string_view::npos) break;
        if (end == line || visible[end - 1] != '\r') refuse("A line must end with CR LF");
        auto const text = visible.substr(line, end - 1 - line);
        if (text.find('\r') != std::string_view::npos) refuse("A line has a bare CR");
        if (text.empty()) return end + 1;
        if (line > 0 && (text.front() == ' ' || text.front() == '\t'))
            refuse("A field must not be folded");
        line = end + 1;
    }
    if (received.size() >= head_limit) refuse("The head of the request is too large", 431);
    return std::string_view::npos;
}

bool is_host(std::string_view host) {
    if (host.empty()) return false;
    std::string_view rest = host;
    if (rest.front() == '[') {
        auto const end = rest.find(']');
        if (end == std::string_view::npos) return false;
        auto const address = rest.substr(1, end - 1);
        if (address.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos)
            return false;
        rest.remove_prefix(end + 1);
    } else {
        auto const end = std::min(rest.find(':'), rest.size());
        auto const valid = [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                   std::string_view("-._~%!$&'()*+,;=").find(c) != std::string_view::npos;
        };
        if (end == 0 ||
            !std::all_of(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(end), valid))
            return false;
        rest.remove_prefix(end);
    }
    if (rest.empty()) return true;
    if (rest.front() != ':') return false;
    rest.remove_prefix(1);
    return rest.size() <= 5 && rest.find_first_not_of("0123456789") == std::string_view::npos;
}

admitted_head admit_head(parsed_head parsed) {
    if (parsed.version != 10 && parsed.version != 11) refuse("HTTP/1.0 or 1.1, please", 505);
    if (parsed.fields.size() > field_limit) refuse("Too many fields", 431);
    admitted_head out;
    out.head.version = parsed.version;
    out.head.verb = verb_from(parsed.verb);
    read_target(parsed.target, out.head);

    auto const found = collect(parsed);
    // HTTP/1.0 knows no Host; 1.1 needs exactly one (RFC 9112, 3.2).
    if (found.hosts > 1 || (found.hosts == 0 && parsed.version == 11))
        refuse("Host must be given once");
    if (found.hosts == 1 && !is_host(found.host)) refuse("Host is not valid");
    read_framing(found, parsed.version, out);

    if (!found.expect.empty()) {
        if (!equal_ignoring_case(found.expect, "100-continue")) refuse("Unknown expectation", 417);
        out.expects_continue = parsed.version == 11 && out.head.has_body;
    }
    out.keep_alive = parsed.version == 11 ? !has_token(found.connection, "close")
                                          : has_token(found.connection, "keep-alive");
    out.head.fields = std::move(parsed.fields);
    return out;
}

} // namespace kinvault::http
