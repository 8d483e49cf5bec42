// What a connection reads from and writes to: a plain socket, or TLS over one. Both have the same
// members, so that the connection is a template over them and the plain one costs what a socket
// costs. Used by connection.cpp only.
#pragma once

#include "server/http/connection.hpp"

#include <boost/asio/buffer.hpp>

#include <memory>
#include <openssl/ssl.h>
#include <tuple>

namespace kinvault::http {

/// The error, if any, and the number of bytes.
using io_result = std::tuple<boost::system::error_code, std::size_t>;

class plain_stream {
  public:
    static constexpr bool secure = false;

    explicit plain_stream(socket client) : socket_(std::move(client)) {}

    auto read_some(asio::mutable_buffer into) { return socket_.async_read_some(into, as_result); }
    auto write_some(asio::const_buffer from) { return socket_.async_write_some(from, as_result); }
    /// No more will be written; the client may still send.
    void finish();
    /// Has the client closed the connection, or at least its sending side with nothing unread?
    bool client_is_gone();
    socket& lowest() { return socket_; }

  private:
    socket socket_;
};

/// The server's side of TLS straight on the socket, by OpenSSL's non-blocking calls. Reading and
/// writing may go on at the same time, each once.
class tls_stream {
  public:
    static constexpr bool secure = true;

    /// Throws std::bad_alloc.
    tls_stream(socket client, SSL_CTX* rules);

    /// To be awaited first. An error means there is nobody to answer to.
    task<boost::system::error_code> handshake();
    /// An end without TLS's own close (a cut-off, or an attack) is an error other than eof.
    task<io_result> read_some(asio::mutable_buffer into);
    task<io_result> write_some(asio::const_buffer from);
    /// Says the end of TLS and closes the sending side. Does not wait.
    void finish();
    bool client_is_gone();
    socket& lowest() { return socket_; }

  private:
    struct release {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };
    /// After a call of OpenSSL that gave `result`: waits until it can go on, or gives the error.
    task<boost::system::error_code> wait(int result);
    /// Lets others have the loop after many calls that needed no waiting.
    task<void> take_turns();

    socket socket_;
    std::unique_ptr<SSL, release> ssl_;
    unsigned unbroken_ = 0; ///< calls since the last wait
    bool open_ = false;     ///< the handshake is done and nothing has failed
};

} // namespace kinvault::http
