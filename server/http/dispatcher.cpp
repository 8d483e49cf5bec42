#include "server/http/dispatcher.hpp"

#include "crypto/encoding.hpp"
#include "crypto/random.hpp"
#include "server/http/errors.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace kinvault::http {

namespace {

constexpr std::string_view strict_transport =
    "Strict-Transport-Security: max-age=63072000; includeSubDomains\r\n";

std::string security_lines(std::vector<std::string> const& origins) {
    std::string connect = "connect-src 'self'";
    for (auto const& origin : origins) connect.append(" ").append(origin);
    return "X-Content-Type-Options: nosniff\r\n"
           "X-Frame-Options: DENY\r\n"
           "Referrer-Policy: strict-origin-when-cross-origin\r\n"
           "Permissions-Policy: camera=(), microphone=(), geolocation=()\r\n"
           "X-XSS-Protection: 0\r\n"
           "Content-Security-Policy: default-src 'self'; script-src 'self'; "
           "style-src 'self' 'unsafe-inline'; " +
           connect +
           "; img-src 'self' data: blob:; font-src 'self'; object-src 'none'; "
           "frame-ancestors 'none'; base-uri 'self'; form-action 'self'\r\n";
}

/// The path as it was sent: printable ASCII, unlike the decoded one.
std::string_view raw_path(request_head const& head) {
    return head.target.substr(0, head.target.find('?'));
}

} // namespace

dispatcher::dispatcher(router const& routes, session_check& sessions, dispatcher_options options)
    : routes_(routes)
    , sessions_(sessions)
    , options_(std::move(options))
    , limiter_(options_.rate_limit_per_minute)
    , floods_(options_.rate_limit_per_minute)
    , security_lines_(security_lines(options_.cors_origins)) {
    std::array<std::uint8_t, 8> start;
    crypto::fill_random(start);
    id_prefix_ = crypto::hex_encode(start);
}

std::string dispatcher::next_request_id() {
    char digits[20];
    auto const end = std::to_chars(digits, digits + sizeof digits, ++id_counter_, 36).ptr;
    std::string id;
    id.reserve(id_prefix_.size() + 1 + sizeof digits);
    return id.append(id_prefix_).append(1, '-').append(digits, end);
}

peer dispatcher::meet(std::optional<asio::ip::address> const& address) {
    return {address ? address->to_string() : "unix", options_.trusted && options_.trusted(address)};
}

client_identity dispatcher::identify(exchange const& request) const {
    client_identity known{request.from.address, request.secure,
                          std::string(request.head.field_or_empty("Host"))};
    if (!request.from.trusted) return known;
    return apply_forwarded(request.head, std::move(known), options_.trusted);
}

bool dispatcher::allows(std::string_view origin) const {
    return std::find(options_.cors_origins.begin(), options_.cors_origins.end(), origin) !=
           options_.cors_origins.end();
}

std::optional<response> dispatcher::preflight(request_head const& head) const {
    auto const asked = head.field("Access-Control-Request-Method");
    auto const origin = head.field("Origin");
    if (head.verb != method::options || !asked || !origin) return std::nullopt;
    static constexpr std::array<std::string_view, 5> methods{"GET", "POST", "PUT", "PATCH",
                                                             "DELETE"};
    bool const good_method = std::find(methods.begin(), methods.end(), *asked) != methods.end();
    std::string wrong = allows(*origin) ? "" : "origin";
    if (!good_method) wrong.append(wrong.empty() ? "method" : ", method");
    response reply(wrong.empty() ? 200 : 400);
    reply.content_type = "text/plain; charset=utf-8";
    reply.body = wrong.empty() ? "OK" : "Disallowed CORS " + wrong;
    reply.set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE");
    reply.set("Access-Control-Max-Age", "600");
    if (auto const fields = head.field("Access-Control-Request-Headers")) {
        reply.set("Access-Control-Allow-Headers", *fields);
    }
    return reply;
}

std::optional<response> dispatcher::limit(std::string const& address, bool counted) {
    int seconds = counted ? floods_.wait(address) : floods_.admit(address);
    if (counted && seconds == 0) seconds = limiter_.admit(address);
    if (seconds == 0) return std::nullopt;
    auto reply = response::error(429, "Too many requests");
    reply.set("Retry-After", std::to_string(seconds));
    return reply;
}

std::optional<response> dispatcher::answer_early(exchange const& request, match const& matched,
                                                 client_identity const& who) {
    auto const& head = request.head;
    if (auto reply = preflight(head)) return reply;
    bool const counted = !matched.found || matched.found->counted;
    if (auto reply = limit(who.address, counted)) return reply;
    if (matched.found) return std::nullopt;
    if (!matched.allowed.empty()) {
        std::string allow;
        for (auto const verb : matched.allowed) {
            allow.append(allow.empty() ? "" : ", ").append(name_of(verb));
        }
        auto reply = response::error(405, "Method Not Allowed");
        reply.set("Allow", allow);
        return reply;
    }
    std::string_view path = head.path;
    if (path.size() > 1 && path.ends_with('/')) {
        while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
        auto raw = raw_path(head);
        while (raw.size() > 1 && raw.ends_with('/')) raw.remove_suffix(1);
        if (routes_.exists(path) && !raw.starts_with("//")) {
            response reply(307);
            std::string location(raw);
            if (!head.query.empty()) location.append("?").append(head.query);
            reply.set("Location", location);
            return reply;
        }
    }
    return response::error(404, "Not Found");
}

task<response> dispatcher::handle(exchange& request) {
    auto const began = clock::now();
    auto const who = identify(request);
    std::string const id = next_request_id();
    match matched = routes_.find(request.head.verb, request.head.path);
    if (is_for_frontend(request.head, matched)) {
        auto reply = co_await handle_frontend(request, who, id);
        co_return reply;
    }
    bool const public_data = matched.found && matched.found->public_data;
    auto early = answer_early(request, matched, who);
    response reply;
    if (early) {
        reply = std::move(*early);
    } else {
        call handled(request, std::move(matched), who.address, id, options_.max_body, sessions_);
        std::exception_ptr error;
        try {
            auto pending = handled.matched().handle(handled);
            reply = co_await std::move(pending);
        } catch (disconnected const&) {
            throw;
        } catch (boost::system::system_error const& failed) {
            if (failed.code() == asio::error::operation_aborted) throw;
            error = std::current_exception();
        } catch (...) {
            error = std::current_exception();
        }
        if (error) reply = answer_for(error, id);
        // Nothing else says that the session lives.
        bool const admitted = handled.matched().access != needs::nothing && reply.status < 400;
        if (admitted && !handled.token_hash().empty()) sessions_.used(handled.token_hash());
    }
    decorate(reply, &request.head, who.secure, public_data, id);
    auto const took = std::chrono::duration<double, std::milli>(clock::now() - began).count();
    // No query string: those carry tokens.
    spdlog::info("{} {} {} {} {:.1f} ms {}", who.address, name_of(request.head.verb),
                 raw_path(request.head), reply.status, took, id);
    co_return reply;
}

/// All but the interface: its routes, and whatever else is below /api.
bool dispatcher::is_for_frontend(request_head const& head, match const& matched) const {
    std::string_view const path = head.path;
    bool const of_interface = path == "/api" || path.starts_with("/api/");
    return options_.web && !of_interface && !matched.found && matched.allowed.empty();
}

task<response> dispatcher::handle_frontend(exchange& request, client_identity who, std::string id) {
    response reply;
    std::exception_ptr error;
    try {
        reply = co_await options_.web->handle(request, who);
    } catch (disconnected const&) {
        throw;
    } catch (boost::system::system_error const& failed) {
        if (failed.code() == asio::error::operation_aborted) throw;
        error = std::current_exception();
    } catch (...) {
        error = std::current_exception();
    }
    if (error) reply = answer_for(error, id);
    if (!options_.web->secures_itself()) reply.add_lines(security_lines_);
    if (who.secure) reply.add_lines(strict_transport);
    reply.set("X-Request-Id", id);
    spdlog::info("{} {} {} {} frontend {}", who.address, name_of(request.head.verb),
                 raw_path(request.head), reply.status, id);
    co_return reply;
}

response dispatcher::refused(bad_request const& error) {
    auto reply = response::error(error.status(), error.what());
    reply.close = true;
    auto const id = next_request_id();
    decorate(reply, nullptr, false, false, id);
    spdlog::info("- - - {} - {}", error.status(), id);
    return reply;
}

void dispatcher::add_cors(response& reply, request_head const& head) const {
    reply.add_lines("Vary: Origin\r\n");
    auto const origin = head.field("Origin");
    if (!origin) return;
    reply.add_lines("Access-Control-Allow-Credentials: true\r\n"
                    "Access-Control-Expose-Headers: X-Encryption-Version, ETag, Retry-After, "
                    "X-Request-Id, Content-Disposition\r\n");
    if (allows(*origin)) reply.set("Access-Control-Allow-Origin", *origin);
}

void dispatcher::decorate(response& reply, request_head const* head, bool secure, bool public_data,
                          std::string_view request_id) const {
    constexpr std::size_t others = 512;
    reply.reserve_lines(security_lines_.size() + others);
    reply.add_lines(security_lines_);
    if (secure) reply.add_lines(strict_transport);
    if (!public_data) reply.add_lines("Cache-Control: private, no-store\r\n");
    if (head) add_cors(reply, *head);
    reply.set("X-Request-Id", request_id);
}

} // namespace kinvault::http
