// A relay between the pool and PostgreSQL that can be closed or go silent, so that outages are seen
// as the pool sees them, without touching the server. Used by test/integration.
#pragma once

#include "storage/async.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <string>

namespace kinvault::test {

/// Listens on a free port of 127.0.0.1. Lives on the io_context of the test.
class gate {
  public:
    /// Relays to the server of `target`, a connection string of key=value pairs.
    gate(asio::io_context& io, std::string const& target);
    ~gate();
    gate(gate const&) = delete;
    gate& operator=(gate const&) = delete;

    /// `target` by way of the gate; `host` is what the pool is to look up.
    std::string url(std::string const& host = "127.0.0.1") const;

    /// Cuts all connections and refuses new ones, or accepts them again.
    void close();
    void open();
    /// New connections are accepted, and nothing passes through any.
    void silence();
    /// How many connections were accepted so far.
    int accepted() const;

  private:
    struct state;
    std::shared_ptr<state> state_;
    std::string target_;
    unsigned short port_ = 0;
};

} // namespace kinvault::test
