#include "server/http/streams.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <openssl/err.h>

#include <cerrno>
#include <new>
#include <poll.h>
#include <sys/socket.h>

namespace kinvault::http {

using boost::system::error_code;

namespace {

/// So many records, 16 KiB each, are handled before others get their turn.
constexpr unsigned longest_turn = 16;

} // namespace

void plain_stream::finish() {
    error_code ignored;
    socket_.shutdown(socket::shutdown_send, ignored);
}

bool plain_stream::client_is_gone() {
    char byte;
    auto const count = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

tls_stream::tls_stream(socket client, SSL_CTX* rules)
    : socket_(std::move(client))
    , ssl_(SSL_new(rules)) {
    error_code ignored;
    socket_.native_non_blocking(true, ignored);
    if (!ssl_ || SSL_set_fd(ssl_.get(), socket_.native_handle()) != 1) throw std::bad_alloc();
}

// The number of a closed descriptor may be another connection's by now: each call of OpenSSL comes
// right after a look whether the socket is open.

task<error_code> tls_stream::handshake() {
    while (socket_.is_open()) {
        ERR_clear_error();
        int const result = SSL_accept(ssl_.get());
        if (result == 1) {
            open_ = true;
            co_return error_code{};
        }
        auto const failed = co_await wait(result);
        if (failed) co_return failed;
    }
    co_return error_code(asio::error::operation_aborted);
}

task<io_result> tls_stream::read_some(asio::mutable_buffer into) {
    if (++unbroken_ >= longest_turn) {
        co_await take_turns();
    }
    while (socket_.is_open()) {
        std::size_t count = 0;
        ERR_clear_error();
        int const result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &count);
        if (result == 1) co_return io_result(error_code(), count);
        auto const failed = co_await wait(result);
        if (failed) co_return io_result(failed, 0);
    }
    co_return io_result(asio::error::operation_aborted, 0);
}

task<io_result> tls_stream::write_some(asio::const_buffer from) {
    if (++unbroken_ >= longest_turn) {
        co_await take_turns();
    }
    while (socket_.is_open()) {
        std::size_t count = 0;
        ERR_clear_error();
        int const result = SSL_write_ex(ssl_.get(), from.data(), from.size(), &count);
        if (result == 1) co_return io_result(error_code(), count);
        auto const failed = co_await wait(result);
        if (failed) co_return io_result(failed, 0);
    }
    co_return io_result(asio::error::operation_aborted, 0);
}

task<error_code> tls_stream::wait(int result) {
    int const reason = SSL_get_error(ssl_.get(), result);
    if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) {
        bool const closed = reason == SSL_ERROR_ZERO_RETURN;
        // After any other error OpenSSL must not be called again (SSL_get_error(3)).
        if (!closed) open_ = false;
        ERR_clear_error();
        co_return closed ? error_code(asio::error::eof) : asio::error::connection_reset;
    }
    unbroken_ = 0;
    auto const direction = reason == SSL_ERROR_WANT_READ ? socket::wait_read : socket::wait_write;
    auto const ready = co_await socket_.async_wait(direction, as_result);
    co_return std::get<0>(ready);
}

task<void> tls_stream::take_turns() {
    unbroken_ = 0;
    auto const loop = socket_.get_executor();
    co_await asio::post(loop, use_task);
}

void tls_stream::finish() {
    if (!socket_.is_open()) return;
    ERR_clear_error();
    if (open_) SSL_shutdown(ssl_.get());
    ERR_clear_error();
    open_ = false;
    error_code ignored;
    socket_.shutdown(socket::shutdown_send, ignored);
}

/// Its last words, TLS's own close, may be unread: only the kernel knows of the end behind them.
bool tls_stream::client_is_gone() {
    pollfd state{socket_.native_handle(), POLLRDHUP, 0};
    return ::poll(&state, 1, 0) > 0 && (state.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

} // namespace kinvault::http
