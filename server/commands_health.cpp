// The command `health`: what a container asks to see whether its server answers.
#include "server/command_tools.hpp"
#include "server/commands.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace kinvault::commands {

namespace {

constexpr timeval health_timeout{5, 0};
constexpr char health_request[] =
    "GET /api/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
constexpr std::string_view health_answer = "HTTP/1.1 200 ";

class open_socket {
  public:
    open_socket(int family, int protocol) : number_(::socket(family, SOCK_STREAM, protocol)) {
        ::setsockopt(number_, SOL_SOCKET, SO_RCVTIMEO, &health_timeout, sizeof health_timeout);
        ::setsockopt(number_, SOL_SOCKET, SO_SNDTIMEO, &health_timeout, sizeof health_timeout);
    }
    open_socket(open_socket const&) = delete;
    open_socket& operator=(open_socket const&) = delete;
    ~open_socket() {
        if (number_ >= 0) ::close(number_);
    }
    int number() const { return number_; }

  private:
    int number_;
};

/// A blocking connection, with timeouts.
std::unique_ptr<open_socket> connect_unix(std::string const& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    auto out = std::make_unique<open_socket>(AF_UNIX, 0);
    auto const* const to = reinterpret_cast<sockaddr const*>(&address);
    return ::connect(out->number(), to, sizeof address) == 0 ? std::move(out) : nullptr;
}

std::unique_ptr<open_socket> connect_tcp(std::string host, std::uint16_t port) {
    // Who listens everywhere listens on the loopback too.
    if (host == "0.0.0.0") host = "127.0.0.1";
    if (host == "::") host = "::1";
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list) != 0)
        return nullptr;
    std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> const found(list, ::freeaddrinfo);
    for (auto const* at = found.get(); at; at = at->ai_next) {
        auto out = std::make_unique<open_socket>(at->ai_family, at->ai_protocol);
        if (::connect(out->number(), at->ai_addr, at->ai_addrlen) == 0) return out;
    }
    return nullptr;
}

/// The first bytes of the answer; empty when there is none.
std::string ask_plain(int connection) {
    char answer[health_answer.size()];
    if (::send(connection, health_request, sizeof health_request - 1, MSG_NOSIGNAL) < 0) return {};
    auto const count = ::recv(connection, answer, sizeof answer, MSG_WAITALL);
    return count > 0 ? std::string(answer, static_cast<std::size_t>(count)) : std::string();
}

/// The certificate is not checked: we ask ourselves, at an address it is not made for.
std::string ask_tls(int connection) {
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> const rules(SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free);
    std::unique_ptr<SSL, decltype(&SSL_free)> const tls(SSL_new(rules.get()), SSL_free);
    SSL_set_fd(tls.get(), connection);
    if (SSL_connect(tls.get()) != 1) return {};
    if (SSL_write(tls.get(), health_request, sizeof health_request - 1) <= 0) return {};
    char answer[health_answer.size()];
    int const count = SSL_read(tls.get(), answer, sizeof answer);
    return count > 0 ? std::string(answer, static_cast<std::size_t>(count)) : std::string();
}

} // namespace

int health(config::loaded const& from) {
    auto const& address = from.values.listen.front();
    errno = 0;
    auto const connection =
        address.is_unix() ? connect_unix(address.path) : connect_tcp(address.host, address.port);
    if (!connection) {
        std::fprintf(stderr, "kinvault: nobody answers on %s: %s\n", address.text().c_str(),
                     std::strerror(errno));
        return 1;
    }
    bool const tls = !address.is_unix() && !from.values.tls_certificate.empty();
    auto const answer = tls ? ask_tls(connection->number()) : ask_plain(connection->number());
    if (answer != health_answer) {
        std::fprintf(stderr, "kinvault: no good answer on %s\n", address.text().c_str());
        return 1;
    }
    std::puts("ok");
    return 0;
}

} // namespace kinvault::commands
