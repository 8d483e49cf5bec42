// The frontend's own server behind ours: requests outside of /api go there as they come, bodies and
// answers stream through, and WebSockets too. Used when FRONTEND is a URL.
#pragma once

#include "server/http/frontend.hpp"

#include <string>

namespace kinvault::web {

class forwarder final : public http::frontend {
  public:
    /// `url`: http://host[:port], as the settings have checked it.
    forwarder(asio::io_context& context, std::string const& url);

    /// Each request takes a connection of its own, so that nothing of one can pass for the next.
    task<http::response> handle(http::exchange& request,
                                http::client_identity const& client) override;
    bool secures_itself() const override { return true; }

  private:
    asio::io_context& context_;
    std::string host_; ///< without brackets
    std::string port_;
};

/// The head that goes to the frontend's server: the client's fields without those that are meant
/// for this hop only or that tell where a request comes from, which are written anew.
std::string forwarded_head(http::request_head const& head, http::client_identity const& client,
                           bool upgrade);
/// Does the client ask for a WebSocket (RFC 6455, 4.1)?
bool wants_websocket(http::request_head const& head);

} // namespace kinvault::web
