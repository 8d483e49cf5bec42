// The composition root: makes every part of the server from the settings and ties them together.
// One of these is all that a process serves. Used by the command `serve` and by integration tests.
#pragma once

#include "config/catalogue.hpp"
#include "config/settings.hpp"
#include "server/systemd.hpp"
#include "storage/async.hpp"

#include <memory>
#include <string>
#include <vector>

namespace kinvault {

namespace http {
class tls_context;
}

/// What is made before processes fork.
struct inheritance {
    http::tls_context* tls = nullptr; ///< lives longer; none: TCP addresses speak plain HTTP
    /// Listening sockets; if there are any, LISTEN and REDIRECT_LISTEN do not count.
    std::vector<systemd::passed_socket> sockets;
};

class application {
  public:
    /// Throws std::exception with one clear line when something cannot be made.
    application(asio::io_context& context, config::settings const& settings,
                inheritance inherited = {});
    ~application();
    application(application const&) = delete;
    application& operator=(application const&) = delete;

    /// Checks the store, then listens; gives the addresses.
    task<std::vector<std::string>> start();
    /// Reads the certificate again.
    task<void> reload();
    /// Ends gracefully: running requests get the shutdown timeout.
    task<void> stop();

  private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

} // namespace kinvault
