// One client connection: reads requests one after the other, hands each to the application and
// writes its answer. Beast parses; the framing gate decides what is a request; one janitor of the
// server (not a timer each) watches the deadlines. Used by the server's accept loop.
#pragma once

#include "server/http/message.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <memory>
#include <openssl/types.h>
#include <optional>
#include <string>

namespace kinvault::http {

using socket = asio::basic_stream_socket<asio::generic::stream_protocol, executor>;
using clock = std::chrono::steady_clock;

/// The completion token for what gives its error instead of throwing it.
inline constexpr auto as_result = asio::as_tuple(use_task);

/// The limits of a connection; settings of the same names.
struct connection_limits {
    std::chrono::seconds head_timeout{10};
    std::chrono::seconds idle_timeout{60};
    std::chrono::seconds write_timeout{30}; ///< without any progress
    std::uint64_t body_min_rate = 1024;     ///< bytes a second, over 30 s
};

/// The other end of a connection.
struct peer {
    std::string address;  ///< "unix" over a Unix socket
    bool trusted = false; ///< a proxy whose word about the client is believed
};

/// One request and who sent it.
struct exchange {
    request_head const& head;
    body_source& body;
    peer const& from;
    bool secure = false; ///< TLS ends here
};

/// What answers requests. `handle` throws only `disconnected` and cancellation; `refused` is for
/// heads that are no request at all.
class application {
  public:
    virtual ~application() = default;
    /// Called once for a connection; no address over a Unix socket.
    virtual peer meet(std::optional<asio::ip::address> const& address) = 0;
    virtual task<response> handle(exchange& request) = 0;
    virtual response refused(bad_request const& error) = 0;
};

/// What the server sees of a connection.
class connection {
  public:
    virtual ~connection() = default;
    /// Serves until the client or a deadline ends it.
    virtual task<void> run() = 0;
    /// Called about once a second: ends the connection when a deadline has passed, and cancels the
    /// handler when the client has gone away meanwhile.
    virtual void watch(clock::time_point now) = 0;
    /// The current request is the last one; an idle connection ends at once.
    virtual void finish() = 0;
    /// Ends at once whatever runs.
    virtual void abort() = 0;
    asio::cancellation_slot slot() { return cancellation_.slot(); }

  protected:
    asio::cancellation_signal cancellation_;
};

/// With `tls` the connection speaks TLS by these rules, and keeps them. Throws std::bad_alloc.
std::unique_ptr<connection> make_connection(socket client,
                                            std::optional<asio::ip::address> const& address,
                                            application& app, connection_limits const& limits,
                                            SSL_CTX* tls = nullptr);

} // namespace kinvault::http
