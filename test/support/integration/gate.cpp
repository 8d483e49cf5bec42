#include "test/support/integration/gate.hpp"

#include "storage/postgres/conninfo.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <list>
#include <optional>

namespace kinvault::test {

namespace {

using server_socket = asio::basic_stream_socket<asio::generic::stream_protocol, executor>;
using client_socket = asio::basic_stream_socket<asio::ip::tcp, executor>;
using acceptor = asio::basic_socket_acceptor<asio::ip::tcp, executor>;

asio::generic::stream_protocol::endpoint server_endpoint(std::string const& target) {
    pg::conninfo const where(target);
    auto const& first = where.endpoints().front();
    if (first.host.starts_with("/")) {
        return asio::local::stream_protocol::endpoint(first.host + "/.s.PGSQL." + first.port);
    }
    auto const& address = first.hostaddr.empty() ? first.host : first.hostaddr;
    auto const number = static_cast<unsigned short>(std::stoi(first.port));
    auto const host = address == "localhost" ? "127.0.0.1" : address;
    return asio::ip::tcp::endpoint(asio::ip::make_address(host), number);
}

struct relay {
    explicit relay(client_socket accepted, executor const& on)
        : client(std::move(accepted))
        , server(on) {}
    client_socket client;
    server_socket server;

    void cut() {
        boost::system::error_code ignored;
        client.close(ignored);
        server.close(ignored);
    }
};

} // namespace

struct gate::state : std::enable_shared_from_this<state> {
    state(asio::io_context& io, asio::generic::stream_protocol::endpoint to)
        : on(io.get_executor())
        , server(std::move(to))
        , door(on) {}

    executor on;
    asio::generic::stream_protocol::endpoint server;
    acceptor door;
    std::list<std::weak_ptr<relay>> relays;
    bool silent = false;
    int accepted = 0;

    void listen(unsigned short port) {
        asio::ip::tcp::endpoint const here(asio::ip::address_v4::loopback(), port);
        door.open(here.protocol());
        door.set_option(asio::socket_base::reuse_address(true));
        door.bind(here);
        door.listen();
        asio::co_spawn(on, accept(shared_from_this()), asio::detached);
    }

    void cut() {
        for (auto const& one : relays) {
            if (auto const alive = one.lock()) alive->cut();
        }
        relays.clear();
    }

    static task<void> accept(std::shared_ptr<state> self) {
        for (;;) {
            auto socket = co_await self->door.async_accept(use_task);
            ++self->accepted;
            auto const made = std::make_shared<relay>(std::move(socket), self->on);
            self->relays.push_back(made);
            asio::co_spawn(self->on, serve(self, made), asio::detached);
        }
    }

    static task<void> serve(std::shared_ptr<state> self, std::shared_ptr<relay> one) {
        auto const& where = self->server;
        auto& client = one->client;
        auto& server = one->server;
        co_await server.async_connect(where, use_task);
        asio::co_spawn(self->on, pump(self, one, server, client), asio::detached);
        co_await pump(self, one, client, server);
    }

    template <class From, class To>
    static task<void> pump(std::shared_ptr<state> self, std::shared_ptr<relay> one, From& from,
                           To& to) {
        std::array<char, 16384> bytes;
        try {
            for (;;) {
                auto const space = asio::buffer(bytes);
                auto const count = co_await from.async_read_some(space, use_task);
                if (self->silent) continue;
                auto const data = asio::buffer(bytes, count);
                co_await asio::async_write(to, data, use_task);
            }
        } catch (boost::system::system_error const&) {
            one->cut();
        }
    }
};

gate::gate(asio::io_context& io, std::string const& target)
    : state_(std::make_shared<state>(io, server_endpoint(target)))
    , target_(target) {
    state_->listen(0);
    port_ = state_->door.local_endpoint().port();
}

gate::~gate() {
    close();
}

std::string gate::url(std::string const& host) const {
    // The last of several values for a keyword counts.
    return target_ + " hostaddr='' sslmode=disable host=" + host + " port=" + std::to_string(port_);
}

void gate::close() {
    boost::system::error_code ignored;
    state_->door.close(ignored);
    state_->cut();
}

void gate::open() {
    state_->silent = false;
    if (!state_->door.is_open()) state_->listen(port_);
}

void gate::silence() {
    state_->silent = true;
}

int gate::accepted() const {
    return state_->accepted;
}

} // namespace kinvault::test
