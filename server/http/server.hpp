// Accepts connections on TCP and Unix sockets, watches their deadlines with one janitor, and stops
// gracefully. Used by `kinvault serve`.
#pragma once

#include "server/http/connection.hpp"
#include "server/http/tls_context.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <list>
#include <memory>
#include <string>
#include <vector>

namespace kinvault::http {

struct server_options {
    connection_limits limits;
    std::size_t max_connections = 10'000;
    std::chrono::seconds shutdown_timeout{10};
    bool share_port = false; ///< SO_REUSEPORT, for several processes
};

/// Who answers those who come in at an address, and whether they speak TLS.
struct door {
    application& app;
    tls_context const* tls = nullptr; ///< none: plain HTTP
};

/// The port of a TCP socket; nothing for other descriptors.
std::optional<std::uint16_t> port_of(int descriptor);

using timer = asio::basic_waitable_timer<clock, asio::wait_traits<clock>, executor>;

class server {
  public:
    server(asio::io_context& context, server_options options);
    ~server();
    server(server const&) = delete;
    server& operator=(server const&) = delete;

    /// Listens on `host:port`, `[v6]:port` or `unix:/path` and gives the address it got (port 0 is
    /// any). What `to` refers to must live as long as this. Throws std::runtime_error with one
    /// clear line.
    std::string listen(std::string const& address, door to);
    /// Accepts on a socket that listens already and gives its address; takes the descriptor.
    std::string adopt(int descriptor, door to);
    /// Stops accepting, lets running requests finish for at most the shutdown timeout, then ends
    /// what is left. Returns when no connection is left.
    task<void> stop();

    std::size_t connections() const { return connections_.size(); }

  private:
    using connection_list = std::list<std::unique_ptr<connection>>;

    template <class Acceptor>
    task<void> accept_loop(Acceptor& acceptor, door to);
    void admit(socket client, std::optional<asio::ip::address> peer, door const& to);
    void serve(socket client, std::optional<asio::ip::address> peer, door const& to);
    void turn_away(socket client);
    task<void> janitor();
    void open_tcp(asio::ip::tcp::endpoint const& endpoint, door const& to);
    void open_unix(std::string const& path, door const& to);

    asio::io_context& context_;
    server_options options_;
    std::list<asio::basic_socket_acceptor<asio::ip::tcp, executor>> tcp_;
    std::list<asio::basic_socket_acceptor<asio::local::stream_protocol, executor>> local_;
    std::vector<std::string> socket_paths_;
    connection_list connections_;
    timer janitor_timer_;
    bool stopping_ = false;
};

} // namespace kinvault::http
