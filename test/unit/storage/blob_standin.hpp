// An HTTP server on a thread of its own that does what a healthy one never does: answers late,
// breaks off, resets, stalls, talks nonsense. Used by the tests of the S3 client and of its keys.
#pragma once

#include "storage/async.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kinvault::blob::test {

/// A request as it came in.
struct heard {
    int number = 0;     ///< from 1, over all connections
    int connection = 0; ///< from 1
    std::string line;   ///< "PUT /bucket/key HTTP/1.1"
    std::string head;   ///< all lines, in lower case
    std::string body;

    bool is(std::string_view start) const { return line.starts_with(start); }
    std::string field(std::string const& name) const;
};

/// What to do with a request, decided by its head.
struct plan {
    std::size_t take = ~std::size_t(0); ///< bytes of the body that are read before the answer
    std::string answer;                 ///< as it goes over the wire
    enum { keep, close, reset, stall } then = keep;
};

/// "HTTP/1.1 200 OK" and so on, with a content-length and these further fields ("a: b\r\n").
std::string answer(int status, std::string const& body = {}, std::string const& fields = {});

class standin {
  public:
    /// Runs on the server's thread.
    using script = std::function<plan(heard const&)>;

    explicit standin(script what);
    ~standin();
    standin(standin const&) = delete;
    standin& operator=(standin const&) = delete;

    std::string url() const;
    /// Closes everything and gives all requests that came; their bodies are whole if they were
    /// answered.
    std::vector<heard> stop();

  private:
    class state;
    std::unique_ptr<state> state_;
};

} // namespace kinvault::blob::test
