#include "server/frontend/upstream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

namespace kinvault::web {

namespace beast = boost::beast;
using boost::system::error_code;

namespace {

constexpr auto with_error = asio::as_tuple(use_task);

constexpr std::chrono::seconds connect_timeout{5};
/// A development server may compile a page before it answers.
constexpr std::chrono::seconds answer_timeout{75};
constexpr std::chrono::seconds send_timeout{30};
/// Between the ends of the two directions of a WebSocket.
constexpr std::chrono::seconds closing_timeout{5};
/// Bytes of the answer's head; also all that is buffered of a body (see connection.cpp).
constexpr std::size_t head_limit = 32 * 1024;
constexpr std::size_t piece_size = 64 * 1024;
/// Interim answers (100, 103) before the one that counts.
constexpr int most_interim = 16;

[[noreturn]] void broken(error_code error, char const* doing) {
    // Cancelled because the client went away.
    if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
    throw upstream_error(std::string(doing) + ": " + error.message());
}

/// Fields between this server and the frontend's that are nobody else's business (RFC 9110, 7.6.1),
/// and those that our own answer writes anew.
bool is_for_this_hop(std::string_view name) {
    static constexpr std::array<std::string_view, 9> names{
        "Connection",     "Keep-Alive", "Transfer-Encoding",
        "Content-Length", "Trailer",    "Proxy-Connection",
        "Upgrade",        "Date",       "TE"};
    return std::any_of(names.begin(), names.end(), [&](std::string_view known) {
        return http::equal_ignoring_case(known, name);
    });
}

} // namespace

upstream::upstream(asio::io_context& context)
    : resolver_(context.get_executor())
    , stream_(context.get_executor())
    , buffer_(head_limit) {}

task<void> upstream::connect(std::string host, std::string port) {
    auto const found = co_await resolver_.async_resolve(host, port, with_error);
    auto const& [unknown, endpoints] = found;
    if (unknown) broken(unknown, "looking up its address");
    stream_.expires_after(connect_timeout);
    auto const connected = co_await stream_.async_connect(endpoints, with_error);
    if (std::get<0>(connected)) broken(std::get<0>(connected), "connecting");
    error_code ignored;
    stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
}

task<void> upstream::send(std::string_view bytes) {
    stream_.expires_after(send_timeout);
    auto const buffer = asio::buffer(bytes.data(), bytes.size());
    auto const sent = co_await asio::async_write(stream_, buffer, with_error);
    stream_.expires_never();
    if (std::get<0>(sent)) broken(std::get<0>(sent), "sending a request");
}

task<void> upstream::send_body(http::body_source& body, bool chunked) {
    std::vector<std::uint8_t> piece(piece_size);
    std::size_t count = 0;
    do {
        std::span<std::uint8_t> const space(piece);
        count = co_await body.read_some(space);
        char size[20];
        std::snprintf(size, sizeof size, "%zx\r\n", count);
        std::string out = chunked ? size : "";
        out.append(reinterpret_cast<char const*>(piece.data()), count);
        if (chunked) out.append("\r\n");
        if (!out.empty()) {
            try {
                co_await send(out);
            } catch (upstream_error const&) {
                // It has had enough; why is in the answer, if there is one.
                co_return;
            }
        }
    } while (count > 0);
}

task<http::response> upstream::read_head(bool head_only) {
    stream_.expires_after(answer_timeout);
    for (int interim = 0;; ++interim) {
        parser_.emplace();
        parser_->header_limit(head_limit);
        parser_->body_limit(boost::none);
        parser_->skip(head_only);
        auto const read =
            co_await beast::http::async_read_header(stream_, buffer_, *parser_, with_error);
        if (std::get<0>(read)) broken(std::get<0>(read), "waiting for an answer");
        auto const status = parser_->get().result_int();
        if (status >= 200 || status == 101) break;
        if (interim == most_interim) throw upstream_error("too many interim answers");
    }
    stream_.expires_never();
    auto const& message = parser_->get();
    http::response reply(static_cast<int>(message.result_int()));
    for (auto const& field : message) {
        std::string_view const name(field.name_string().data(), field.name_string().size());
        std::string_view const value(field.value().data(), field.value().size());
        if (!is_for_this_hop(name)) reply.set(name, value);
    }
    auto const length = parser_->content_length();
    reply.open_end = !length;
    reply.stream_length = length ? *length : 0;
    co_return reply;
}

task<std::size_t> upstream::read_some(std::span<std::uint8_t> into) {
    auto& body = parser_->get().body();
    body.data = into.data();
    body.size = into.size();
    body.more = true;
    while (!parser_->is_done() && body.size == into.size()) {
        auto const read =
            co_await beast::http::async_read_some(stream_, buffer_, *parser_, with_error);
        error_code const error = std::get<0>(read);
        if (error && error != beast::http::error::need_buffer) broken(error, "reading an answer");
    }
    co_return into.size() - body.size;
}

task<std::size_t> upstream::receive(std::span<std::uint8_t> into) {
    auto count = asio::buffer_copy(asio::buffer(into.data(), into.size()), buffer_.cdata());
    buffer_.consume(count);
    if (count > 0) co_return count;
    auto const space = asio::buffer(into.data(), into.size());
    auto const read = co_await stream_.async_read_some(space, with_error);
    co_return std::get<0>(read) ? 0 : std::get<1>(read);
}

task<void> upstream::pass(std::string_view bytes) {
    auto const buffer = asio::buffer(bytes.data(), bytes.size());
    auto const sent = co_await asio::async_write(stream_, buffer, with_error);
    if (std::get<0>(sent)) broken(std::get<0>(sent), "sending");
}

void upstream::end_sending() {
    error_code ignored;
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

// --- WebSockets ---

task<void> websocket::to_server(http::byte_pipe& client) {
    std::vector<std::uint8_t> piece(piece_size);
    std::span<std::uint8_t> const space(piece);
    for (;;) {
        std::size_t const count = co_await client.receive(space);
        if (count == 0) co_return;
        std::string_view const bytes(reinterpret_cast<char const*>(piece.data()), count);
        co_await server_->pass(bytes);
    }
}

task<void> websocket::to_client(http::byte_pipe& client) {
    std::vector<std::uint8_t> piece(piece_size);
    std::span<std::uint8_t> const space(piece);
    for (;;) {
        std::size_t const count = co_await server_->receive(space);
        if (count == 0) co_return;
        std::span<std::uint8_t const> const bytes(piece.data(), count);
        co_await client.send(bytes);
    }
}

task<void> websocket::run(http::byte_pipe& client) {
    using clock = std::chrono::steady_clock;
    auto const loop = co_await asio::this_coro::executor;
    asio::basic_waitable_timer<clock, asio::wait_traits<clock>, executor> changed(
        loop, clock::time_point::max());
    // The end of one direction is passed on; the other then has a while to come to its own.
    int running = 2;
    auto said_all = [&](std::exception_ptr) {
        --running;
        server_->end_sending();
        changed.cancel();
    };
    auto heard_all = [&](std::exception_ptr) {
        --running;
        client.end_sending();
        changed.cancel();
    };
    asio::co_spawn(loop, to_server(client), std::move(said_all));
    asio::co_spawn(loop, to_client(client), std::move(heard_all));
    co_await changed.async_wait(with_error);
    if (running > 0) {
        changed.expires_after(closing_timeout);
        co_await changed.async_wait(with_error);
    }
    client.cut();
    server_->close();
    while (running > 0) {
        changed.expires_at(clock::time_point::max());
        co_await changed.async_wait(with_error);
    }
}

} // namespace kinvault::web
