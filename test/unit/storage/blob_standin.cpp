#include "blob_standin.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <cstdlib>
#include <list>
#include <thread>

namespace kinvault::blob::test {

using tcp = asio::ip::tcp;

namespace {

constexpr auto as_result = asio::as_tuple(use_task);
using socket_type = tcp::socket::rebind_executor<executor>::other;
using acceptor_type = tcp::acceptor::rebind_executor<executor>::other;

} // namespace

class standin::state {
  public:
    explicit state(script what)
        : what_(std::move(what))
        , acceptor_(loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
        port_ = acceptor_.local_endpoint().port();
        asio::co_spawn(loop_, accept(), asio::detached);
        thread_ = std::thread([this] { loop_.run(); });
    }
    ~state() { stop(); }

    void stop() {
        if (!thread_.joinable()) return;
        loop_.stop();
        thread_.join();
        sockets_.clear();
        acceptor_.close();
    }

    unsigned port() const noexcept { return port_; }
    std::vector<heard>& requests() noexcept { return requests_; }

  private:
    task<void> accept() {
        for (;;) {
            auto accepted = co_await acceptor_.async_accept(use_task);
            sockets_.push_back(std::move(accepted));
            ++connections_;
            asio::co_spawn(loop_, talk(sockets_.back(), connections_), asio::detached);
        }
    }

    task<void> talk(socket_type& socket, int connection) {
        std::string buffer;
        for (;;) {
            auto input = asio::dynamic_buffer(buffer);
            auto [error, size] =
                co_await asio::async_read_until(socket, input, "\r\n\r\n", as_result);
            if (error) break;
            auto const index = requests_.size();
            auto const todo = hear(buffer.substr(0, size), connection);
            buffer.erase(0, size);
            auto const length = requests_[index].field("content-length");
            auto const wanted = std::min(todo.take, std::strtoul(length.c_str(), nullptr, 10));
            if (buffer.size() < wanted) {
                auto const at_least = asio::transfer_at_least(wanted - buffer.size());
                auto [failed, more] = co_await asio::async_read(socket, input, at_least, as_result);
                if (failed) break;
            }
            requests_[index].body = buffer.substr(0, wanted);
            buffer.erase(0, wanted);
            auto const out = asio::buffer(todo.answer);
            auto [unsent, count] = co_await asio::async_write(socket, out, as_result);
            if (unsent || todo.then == plan::close) break;
            if (todo.then == plan::reset) {
                socket.set_option(asio::socket_base::linger(true, 0));
                break;
            }
            if (todo.then == plan::stall) co_return; // the socket stays open
        }
        socket.close();
    }

    plan hear(std::string const& head, int connection) {
        heard request{static_cast<int>(requests_.size()) + 1,
                      connection,
                      head.substr(0, head.find('\r')),
                      head,
                      {}};
        for (char& c : request.head) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
        requests_.push_back(request);
        return what_(request);
    }

    script const what_;
    asio::io_context loop_;
    acceptor_type acceptor_;
    std::list<socket_type> sockets_;
    std::vector<heard> requests_;
    int connections_ = 0;
    unsigned port_ = 0;
    std::thread thread_;
};

std::string heard::field(std::string const& name) const {
    auto const at = head.find("\r\n" + name + ": ");
    if (at == head.npos) return {};
    auto const begin = at + name.size() + 4;
    return head.substr(begin, head.find('\r', begin) - begin);
}

std::string answer(int status, std::string const& body, std::string const& fields) {
    return "HTTP/1.1 " + std::to_string(status) + " Text\r\n" + fields +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

standin::standin(script what) : state_(std::make_unique<state>(std::move(what))) {}

standin::~standin() = default;

std::string standin::url() const {
    return "http://127.0.0.1:" + std::to_string(state_->port());
}

std::vector<heard> standin::stop() {
    state_->stop();
    return std::move(state_->requests());
}

} // namespace kinvault::blob::test
