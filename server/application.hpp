// The composition root: makes every part of the server from the settings and ties them together.
// One of these is all that a process serves. Used by the command `serve` and by integration tests.
#pragma once

#include "config/catalogue.hpp"
#include "config/settings.hpp"
#include "storage/async.hpp"

#include <memory>
#include <string>
#include <vector>

namespace kinvault {

namespace http {
class tls_context;
}

class application {
  public:
    /// `tls`, which must live as long as this, makes the TCP addresses speak HTTPS. Throws
    /// std::exception with one clear line when something cannot be made.
    application(asio::io_context& context, config::settings const& settings,
                http::tls_context* tls = nullptr);
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
