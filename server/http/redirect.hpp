// What the plain port beside HTTPS answers: the same address with https. Used by the server for
// REDIRECT_LISTEN.
#pragma once

#include "server/http/connection.hpp"

#include <cstdint>

namespace kinvault::http {

class https_redirect final : public application {
  public:
    /// `port`: where HTTPS is served; 443 is not named in the address.
    explicit https_redirect(std::uint16_t port) : port_(port) {}

    /// Nobody looks at who it is: the answer is the same for all.
    peer meet(std::optional<asio::ip::address> const&) override { return {}; }
    task<response> handle(exchange& request) override;
    response refused(bad_request const& error) override;

  private:
    std::uint16_t port_;
};

} // namespace kinvault::http
