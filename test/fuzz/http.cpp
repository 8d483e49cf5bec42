// A client's connection: bytes of any kind come to the framing gate, the parser and the body reader
// as they would over a socket. No byte of a body may become a request.
#include "server/http/connection.hpp"
#include "test/fuzz/input.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <spdlog/spdlog.h>

#include <array>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

using namespace kinvault;

namespace {

/// Reads a body or leaves it, by the path, and counts what it is asked.
class listener final : public http::application {
  public:
    http::peer meet(std::optional<asio::ip::address> const&) override { return {"unix", false}; }
    task<http::response> handle(http::exchange& request) override {
        auto const& head = request.head;
        fuzz::require(head.path.starts_with('/') && head.path.find('\0') == head.path.npos,
                      "a path without NUL");
        fuzz::require(head.fields.size() <= 64, "not too many fields");
        ++requests;
        http::response reply = http::response::json(200, "{}");
        if (head.path == "/left") co_return reply;
        try {
            co_await read_all(request);
        } catch (http::bad_request const& error) {
            reply = http::response::error(error.status(), error.what());
            reply.close = true;
        }
        co_return reply;
    }
    http::response refused(http::bad_request const& error) override {
        ++requests;
        return http::response::error(error.status(), error.what());
    }

    std::size_t requests = 0;

  private:
    task<void> read_all(http::exchange& request) {
        std::array<std::uint8_t, 100> buffer;
        std::span<std::uint8_t> const into(buffer);
        std::uint64_t length = 0;
        for (;;) {
            std::size_t const count = co_await request.body.read_some(into);
            if (count == 0) break;
            length += count;
        }
        auto const promised = request.head.content_length;
        fuzz::require(!promised || length == *promised, "a body as long as promised");
    }
};

task<void> serve(http::socket socket, listener& app) {
    http::connection_limits const limits;
    auto const connection = http::make_connection(std::move(socket), std::nullopt, app, limits);
    co_await connection->run();
}

/// What the server answers, until it closes.
std::string answers_of(int client) {
    std::string text;
    std::array<char, 65536> piece;
    for (;;) {
        auto const count = ::recv(client, piece.data(), piece.size(), MSG_DONTWAIT);
        if (count <= 0) return text;
        text.append(piece.data(), std::size_t(count));
    }
}

std::size_t count(std::string_view text, std::string_view what) {
    std::size_t found = 0;
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + what.size()))
        ++found;
    return found;
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    spdlog::set_level(spdlog::level::off);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0) std::abort();
    asio::io_context loop(1);
    listener app;
    asio::generic::stream_protocol const protocol(AF_UNIX, SOCK_STREAM);
    http::socket socket(loop.get_executor(), protocol, ends[0]);
    asio::co_spawn(loop, serve(std::move(socket), app), asio::detached);
    // In two pieces, so that the server meets a head or a body that is not all there yet.
    fuzz::input in(data, size);
    auto const first = std::min<std::size_t>(in.byte() * 8, in.rest().size());
    auto const send = [&](std::string_view piece) {
        [[maybe_unused]] auto const sent =
            ::send(ends[1], piece.data(), piece.size(), MSG_NOSIGNAL);
        loop.poll();
    };
    std::string answers;
    send(in.rest().substr(0, first));
    answers += answers_of(ends[1]);
    send(in.rest().substr(first));
    ::shutdown(ends[1], SHUT_WR);
    do {
        answers += answers_of(ends[1]);
    } while (loop.poll() > 0);
    answers += answers_of(ends[1]);
    fuzz::require(loop.stopped(), "the connection ends with its client");
    auto const given = count(answers, "HTTP/1.1 ") - count(answers, "HTTP/1.1 100 ");
    fuzz::require(given <= app.requests, "no more answers than requests");
    ::close(ends[1]);
    return 0;
}
