#include "server/frontend/forwarder.hpp"

#include "server/frontend/upstream.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <vector>

namespace kinvault::web {

namespace {

std::string_view without_blanks(std::string_view text) {
    auto const first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// The tokens of all Connection fields: names of further fields for this hop only.
std::vector<std::string_view> connection_tokens(http::request_head const& head) {
    std::vector<std::string_view> tokens;
    for (auto const& [name, value] : head.fields) {
        if (!http::equal_ignoring_case(name, "Connection")) continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            auto const token = rest.substr(0, rest.find(','));
            rest.remove_prefix(std::min(rest.size(), token.size() + 1));
            tokens.push_back(without_blanks(token));
        }
    }
    return tokens;
}

template <class Names>
bool names_field(Names const& names, std::string_view field) {
    return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
        return http::equal_ignoring_case(name, field);
    });
}

constexpr std::array<std::string_view, 17> rewritten{"Connection",
                                                     "Keep-Alive",
                                                     "Proxy-Connection",
                                                     "Proxy-Authorization",
                                                     "Proxy-Authenticate",
                                                     "TE",
                                                     "Trailer",
                                                     "Transfer-Encoding",
                                                     "Content-Length",
                                                     "Upgrade",
                                                     "Expect",
                                                     "Host",
                                                     "Forwarded",
                                                     "X-Forwarded-For",
                                                     "X-Forwarded-Proto",
                                                     "X-Forwarded-Host",
                                                     "X-Real-IP"};

} // namespace

bool wants_websocket(http::request_head const& head) {
    return head.version == 11 && head.verb == http::method::get && !head.has_body &&
           http::equal_ignoring_case(head.field_or_empty("Upgrade"), "websocket") &&
           names_field(connection_tokens(head), "upgrade");
}

std::string forwarded_head(http::request_head const& head, http::client_identity const& client,
                           bool upgrade) {
    std::string text;
    text.append(http::name_of(head.verb)).append(" ").append(head.target).append(" HTTP/1.1\r\n");
    auto const add = [&](std::string_view name, std::string_view value) {
        text.append(name).append(": ").append(value).append("\r\n");
    };
    add("Host", client.host.empty() ? "localhost" : client.host);
    auto const for_this_hop = connection_tokens(head);
    for (auto const& [name, value] : head.fields) {
        if (!names_field(rewritten, name) && !names_field(for_this_hop, name)) add(name, value);
    }
    if (client.address != "unix") add("X-Forwarded-For", client.address);
    add("X-Forwarded-Proto", client.secure ? "https" : "http");
    add("X-Forwarded-Host", client.host);
    if (upgrade) {
        add("Upgrade", "websocket");
        add("Connection", "Upgrade");
    } else {
        add("Connection", "close");
    }
    if (head.has_body && !head.content_length) add("Transfer-Encoding", "chunked");
    if (head.has_body && head.content_length) {
        add("Content-Length", std::to_string(*head.content_length));
    }
    text.append("\r\n");
    return text;
}

forwarder::forwarder(asio::io_context& context, std::string const& url) : context_(context) {
    auto const authority = url.substr(url.find("://") + 3);
    auto const colon = authority.rfind(':');
    bool const has_port =
        colon != std::string::npos && authority.find(']', colon) == std::string::npos;
    host_ = authority.substr(0, has_port ? colon : std::string::npos);
    port_ = has_port ? authority.substr(colon + 1) : "80";
    if (host_.starts_with('[')) host_ = host_.substr(1, host_.size() - 2);
}

task<http::response> forwarder::handle(http::exchange& request,
                                       http::client_identity const& client) {
    auto const& head = request.head;
    bool const upgrade = wants_websocket(head);
    bool const head_only = head.verb == http::method::head;
    auto server = std::make_unique<upstream>(context_);
    http::response reply;
    std::string problem;
    try {
        co_await server->connect(host_, port_);
        auto const text = forwarded_head(head, client, upgrade);
        co_await server->send(text);
        if (head.has_body) {
            auto& body = request.body;
            bool const chunked = !head.content_length;
            co_await server->send_body(body, chunked);
        }
        reply = co_await server->read_head(head_only);
    } catch (upstream_error const& error) {
        problem = error.what();
    }
    if (reply.status == 101 && !upgrade) problem = "an upgrade nobody asked for";
    if (!problem.empty()) {
        spdlog::warn("the frontend's server {}:{} failed: {}", host_, port_, problem);
        co_return http::response::error(502, "The frontend is not available");
    }
    if (reply.status == 101) {
        reply.add_lines("Upgrade: websocket\r\nConnection: Upgrade\r\n");
        reply.upgrade = std::make_unique<websocket>(std::move(server));
    } else {
        reply.stream = std::move(server);
    }
    co_return reply;
}

} // namespace kinvault::web
