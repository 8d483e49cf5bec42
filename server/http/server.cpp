#include "server/http/server.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>
#include <spdlog/spdlog.h>

#include <netinet/tcp.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kinvault::http {

using boost::system::error_code;

namespace {

/// How long accepting pauses when the process is out of file descriptors.
constexpr std::chrono::milliseconds accept_pause{100};

std::optional<asio::ip::address> peer_of(asio::ip::tcp::socket::endpoint_type const& endpoint) {
    auto address = endpoint.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    }
    return address;
}
std::optional<asio::ip::address> peer_of(asio::local::stream_protocol::endpoint const&) {
    return std::nullopt;
}

std::string address_of(asio::ip::tcp::endpoint const& bound) {
    auto const text = bound.address().to_string();
    auto const shown = bound.address().is_v6() ? "[" + text + "]" : text;
    return shown + ":" + std::to_string(bound.port());
}

[[noreturn]] void cannot_listen(std::string const& address, std::string const& why) {
    throw std::runtime_error("LISTEN: cannot listen on " + address + ": " + why);
}

} // namespace

std::optional<std::uint16_t> port_of(int descriptor) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::getsockname(descriptor, generic, &length) != 0) return std::nullopt;
    if (address.ss_family == AF_INET)
        return ntohs(reinterpret_cast<sockaddr_in const*>(&address)->sin_port);
    if (address.ss_family == AF_INET6)
        return ntohs(reinterpret_cast<sockaddr_in6 const*>(&address)->sin6_port);
    return std::nullopt;
}

server::server(asio::io_context& context, server_options options)
    : context_(context)
    , options_(options)
    , janitor_timer_(context) {
    asio::co_spawn(context_, janitor(), asio::detached);
}

server::~server() {
    for (auto const& path : socket_paths_) ::unlink(path.c_str());
}

std::string server::listen(std::string const& address, door to) {
    if (address.starts_with("unix:")) {
        open_unix(address.substr(5), to);
        return address;
    }
    auto const colon = address.rfind(':');
    if (colon == std::string::npos) cannot_listen(address, "it has no port");
    std::string host = address.substr(0, colon);
    if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
    try {
        auto const port = static_cast<unsigned short>(std::stoul(address.substr(colon + 1)));
        asio::ip::tcp::resolver resolver(context_);
        auto const found =
            resolver.resolve(host, std::to_string(port), asio::ip::tcp::resolver::passive);
        if (found.empty()) cannot_listen(address, "the host is unknown");
        open_tcp(found.begin()->endpoint(), to);
    } catch (boost::system::system_error const& error) {
        cannot_listen(address, error.code().message());
    } catch (std::logic_error const&) {
        cannot_listen(address, "the port is no number");
    }
    return address_of(tcp_.back().local_endpoint());
}

std::string server::adopt(int descriptor, door to) {
    int family = 0;
    socklen_t length = sizeof family;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &family, &length) != 0)
        throw std::runtime_error("what was passed to listen on is no socket");
    if (family == AF_UNIX) {
        local_.emplace_back(context_.get_executor(), asio::local::stream_protocol(), descriptor);
        asio::co_spawn(context_, accept_loop(local_.back(), to), asio::detached);
        return "unix:" + local_.back().local_endpoint().path();
    }
    auto const protocol = family == AF_INET6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4();
    tcp_.emplace_back(context_.get_executor(), protocol, descriptor);
    asio::co_spawn(context_, accept_loop(tcp_.back(), to), asio::detached);
    return address_of(tcp_.back().local_endpoint());
}

void server::open_tcp(asio::ip::tcp::endpoint const& endpoint, door const& to) {
    asio::basic_socket_acceptor<asio::ip::tcp, executor> acceptor(context_.get_executor());
    acceptor.open(endpoint.protocol());
    acceptor.set_option(asio::socket_base::reuse_address(true));
    if (options_.share_port) {
        int const on = 1;
        ::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    }
    acceptor.bind(endpoint);
    acceptor.listen(4096);
    tcp_.push_back(std::move(acceptor));
    asio::co_spawn(context_, accept_loop(tcp_.back(), to), asio::detached);
}

void server::open_unix(std::string const& path, door const& to) {
    struct stat found;
    if (::lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode)) ::unlink(path.c_str());
    asio::basic_socket_acceptor<asio::local::stream_protocol, executor> acceptor(
        context_.get_executor());
    try {
        asio::local::stream_protocol::endpoint const endpoint(path);
        acceptor.open(endpoint.protocol());
        acceptor.bind(endpoint);
        acceptor.listen(4096);
    } catch (boost::system::system_error const& error) {
        cannot_listen("unix:" + path, error.code().message());
    }
    // The proxy runs as another user: who may reach the folder may connect.
    ::chmod(path.c_str(), 0666);
    socket_paths_.push_back(path);
    local_.push_back(std::move(acceptor));
    asio::co_spawn(context_, accept_loop(local_.back(), to), asio::detached);
}

template <class Acceptor>
task<void> server::accept_loop(Acceptor& acceptor, door to) {
    using protocol = typename Acceptor::protocol_type;
    while (acceptor.is_open()) {
        asio::basic_stream_socket<protocol, executor> client(context_.get_executor());
        auto const result = co_await acceptor.async_accept(client, as_result);
        error_code error = std::get<0>(result);
        if (error == asio::error::operation_aborted) co_return;
        if (error) {
            // Out of descriptors or of memory: those who are served go on, new ones wait.
            spdlog::warn("accept: {}", error.message());
            timer pause(context_, accept_pause);
            co_await pause.async_wait(as_result);
            continue;
        }
        auto const endpoint = client.remote_endpoint(error);
        if (error) continue;
        if constexpr (std::is_same_v<protocol, asio::ip::tcp>) {
            client.set_option(asio::ip::tcp::no_delay(true), error);
        }
        admit(socket(std::move(client)), peer_of(endpoint), to);
    }
}

void server::admit(socket client, std::optional<asio::ip::address> peer, door const& to) {
    if (connections_.size() < options_.max_connections) {
        try {
            serve(std::move(client), std::move(peer), to);
        } catch (std::bad_alloc const&) {
            spdlog::error("accept: out of memory");
        }
    } else if (!to.tls) {
        turn_away(std::move(client));
    }
}

void server::serve(socket client, std::optional<asio::ip::address> peer, door const& to) {
    connections_.push_front(make_connection(std::move(client), std::move(peer), to.app,
                                            options_.limits, to.tls ? to.tls->current() : nullptr));
    auto const entry = connections_.begin();
    auto ended = [this, entry](std::exception_ptr error) {
        if (error) {
            try {
                std::rethrow_exception(error);
            } catch (std::exception const& what) {
                spdlog::error("a connection ended with an error: {}", what.what());
            }
        }
        connections_.erase(entry);
    };
    asio::co_spawn(context_, (*entry)->run(),
                   asio::bind_cancellation_slot((*entry)->slot(), std::move(ended)));
}

void server::turn_away(socket client) {
    static constexpr std::string_view answer = "HTTP/1.1 503 Service Unavailable\r\n"
                                               "Retry-After: 5\r\n"
                                               "Content-Length: 0\r\n"
                                               "Connection: close\r\n\r\n";
    error_code ignored;
    client.non_blocking(true, ignored);
    client.write_some(asio::buffer(answer), ignored);
}

task<void> server::janitor() {
    while (!stopping_ || !connections_.empty()) {
        janitor_timer_.expires_after(std::chrono::seconds(1));
        co_await janitor_timer_.async_wait(as_result);
        auto const now = clock::now();
        // What `watch` ends is taken off the list later, by its own completion.
        for (auto const& entry : connections_) entry->watch(now);
    }
}

task<void> server::stop() {
    stopping_ = true;
    error_code ignored;
    for (auto& acceptor : tcp_) acceptor.close(ignored);
    for (auto& acceptor : local_) acceptor.close(ignored);
    for (auto const& entry : connections_) entry->finish();
    timer pause(context_);
    auto const deadline = clock::now() + options_.shutdown_timeout;
    while (!connections_.empty() && clock::now() < deadline) {
        pause.expires_after(std::chrono::milliseconds(20));
        co_await pause.async_wait(as_result);
    }
    for (auto const& entry : connections_) entry->abort();
    auto const last = clock::now() + std::chrono::seconds(1);
    while (!connections_.empty() && clock::now() < last) {
        pause.expires_after(std::chrono::milliseconds(5));
        co_await pause.async_wait(as_result);
    }
    janitor_timer_.cancel();
}

} // namespace kinvault::http
