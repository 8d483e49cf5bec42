#include "server/http/redirect.hpp"

namespace kinvault::http {

namespace {

/// A checked Host field without its port.
std::string_view host_only(std::string_view host) {
    auto const bracket = host.rfind(']');
    auto const colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
    return host.substr(0, colon);
}

} // namespace

task<response> https_redirect::handle(exchange& request) {
    auto const host = request.head.field("Host");
    if (!host) {
        // HTTP/1.0 may leave it out; there is no telling where to send such a client.
        co_return response::error(400, "Host is missing");
    }
    std::string location = "https://";
    location.append(host_only(*host));
    if (port_ != 443) location.append(":").append(std::to_string(port_));
    location.append(request.head.target);
    // Unlike 301, a 308 keeps method and body (RFC 9110, 15.4.9).
    response reply(308);
    reply.set("Location", location);
    reply.set("X-Content-Type-Options", "nosniff");
    // Nothing of a request that came in the clear is worth keeping its connection.
    reply.close = true;
    co_return reply;
}

response https_redirect::refused(bad_request const& error) {
    auto reply = response::error(error.status(), error.what());
    reply.close = true;
    return reply;
}

} // namespace kinvault::http
