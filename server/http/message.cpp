#include "server/http/message.hpp"

#include "domain/schema/types.hpp"
#include "domain/schema/write.hpp"

#include <algorithm>
#include <array>

namespace kinvault::http {

std::string_view name_of(method verb) {
    static constexpr std::array<std::string_view, 7> names{"GET",   "HEAD",   "POST",   "PUT",
                                                           "PATCH", "DELETE", "OPTIONS"};
    return names[static_cast<std::size_t>(verb)];
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    auto const lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::string_view> request_head::field(std::string_view name) const {
    for (auto const& [key, value] : fields) {
        if (equal_ignoring_case(key, name)) return value;
    }
    return std::nullopt;
}

response& response::set(std::string_view name, std::string_view value) {
    auto const breaks = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
    if (std::any_of(value.begin(), value.end(), breaks)) {
        throw std::logic_error("a line break in the field " + std::string(name));
    }
    lines_.append(name).append(": ").append(value).append("\r\n");
    return *this;
}

response response::json(int status, std::string text) {
    response answer(status);
    answer.content_type = "application/json";
    answer.body = std::move(text);
    return answer;
}

response response::error(int status, std::string_view detail) {
    std::string text = "{\"detail\":";
    schema::write_text(text, detail);
    text += '}';
    return json(status, std::move(text));
}

std::string_view reason_of(int status) {
    switch (status) {
    case 101:
        return "Switching Protocols";
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 204:
        return "No Content";
    case 206:
        return "Partial Content";
    case 304:
        return "Not Modified";
    case 301:
        return "Moved Permanently";
    case 302:
        return "Found";
    case 303:
        return "See Other";
    case 307:
        return "Temporary Redirect";
    case 308:
        return "Permanent Redirect";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 408:
        return "Request Timeout";
    case 409:
        return "Conflict";
    case 411:
        return "Length Required";
    case 412:
        return "Precondition Failed";
    case 413:
        return "Content Too Large";
    case 414:
        return "URI Too Long";
    case 415:
        return "Unsupported Media Type";
    case 416:
        return "Range Not Satisfiable";
    case 417:
        return "Expectation Failed";
    case 422:
        return "Unprocessable Content";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 501:
        return "Not Implemented";
    case 502:
        return "Bad Gateway";
    case 503:
        return "Service Unavailable";
    case 504:
        return "Gateway Timeout";
    case 505:
        return "HTTP Version Not Supported";
    default:
        return "Unknown";
    }
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
    auto const digit = [](char c) {
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        if (c >= 'A' && c <= 'F') return c - 'A' + 10;
        return -1;
    };
    auto const first = text.find_first_of(plus_is_space ? "%+" : "%");
    std::string out(text.substr(0, first));
    if (first == std::string_view::npos) return out;
    out.reserve(text.size());
    for (std::size_t i = first; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (i + 2 >= text.size()) return std::nullopt;
            int const high = digit(text[i + 1]);
            int const low = digit(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            out += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            out += text[i] == '+' && plus_is_space ? ' ' : text[i];
        }
    }
    return out;
}

std::string to_utf8(std::string text) {
    if (schema::is_utf8(text)) return text;
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t length = 1;
        while (length < 4 && i + length <= text.size() &&
               !schema::is_utf8(std::string_view(text).substr(i, length))) {
            ++length;
        }
        auto const piece = std::string_view(text).substr(i, length);
        bool const good = piece.size() == length && schema::is_utf8(piece);
        out.append(good ? piece : std::string_view("\xEF\xBF\xBD"));
        i += good ? length : 1;
    }
    return out;
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query) {
    std::vector<std::pair<std::string, std::string>> parameters;
    while (!query.empty()) {
        auto const pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), pair.size() + 1));
        if (pair.empty()) continue;
        auto const equals = pair.find('=');
        auto const decode = [](std::string_view text) {
            return to_utf8(percent_decode(text, true).value_or(std::string(text)));
        };
        parameters.emplace_back(decode(pair.substr(0, equals)),
                                equals == std::string_view::npos ? std::string()
                                                                 : decode(pair.substr(equals + 1)));
    }
    return parameters;
}

} // namespace kinvault::http
