// One connection to the frontend's own server, for one request: sends it, reads the answer's head,
// and is then the answer's body or one end of a WebSocket. Used by the forwarder only.
#pragma once

#include "server/http/message.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace kinvault::web {

/// The frontend's server cannot be reached or breaks the protocol.
class upstream_error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

class upstream final : public http::body_stream {
  public:
    explicit upstream(asio::io_context& context);

    /// All throw upstream_error.
    task<void> connect(std::string host, std::string port);
    task<void> send(std::string_view bytes);
    /// The body of the request as it comes; `chunked` as the head has said.
    task<void> send_body(http::body_source& body, bool chunked);
    /// The final answer's head, without a body yet. `head_only`: it answers a HEAD.
    task<http::response> read_head(bool head_only);
    /// The answer's body.
    task<std::size_t> read_some(std::span<std::uint8_t> into) override;

    /// After an upgrade: bytes as they come, in both directions and without a deadline; 0 at the
    /// end.
    task<std::size_t> receive(std::span<std::uint8_t> into);
    task<void> pass(std::string_view bytes);
    void end_sending();
    void close() { stream_.close(); }

  private:
    using parser = boost::beast::http::response_parser<boost::beast::http::buffer_body>;

    asio::ip::basic_resolver<asio::ip::tcp, executor> resolver_;
    boost::beast::basic_stream<asio::ip::tcp, executor> stream_;
    boost::beast::flat_buffer buffer_;
    std::optional<parser> parser_;
};

/// Both directions of an upgraded connection, until one of them ends.
class websocket final : public http::tunnel {
  public:
    explicit websocket(std::unique_ptr<upstream> server) : server_(std::move(server)) {}
    task<void> run(http::byte_pipe& client) override;

  private:
    task<void> to_server(http::byte_pipe& client);
    task<void> to_client(http::byte_pipe& client);

    std::unique_ptr<upstream> server_;
};

} // namespace kinvault::web
