// The S3 client and what streams through it, against a server that answers with any bytes: every
// operation ends with a value or with the errors it is allowed, and nothing is taken for more than
// it is.
//
// Input: a letter for the operation, then the answers, each up to a line of "%%". An answer that
// ends in "%close" closes the connection behind it.
#include "storage/blob/s3/store.hpp"
#include "test/fuzz/input.hpp"

#include "storage/blob/s3/client.hpp"
#include "storage/workers.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <spdlog/spdlog.h>

#include <array>

using namespace kinvault;
using namespace kinvault::blob;
using tcp = asio::ip::tcp;
using tcp_socket = tcp::socket::rebind_executor<executor>::other;
using tcp_acceptor = tcp::acceptor::rebind_executor<executor>::other;

namespace {

constexpr auto as_result = asio::as_tuple(use_task);
constexpr std::size_t part_size = 4096;
constexpr std::size_t several_parts = 3 * part_size + 10;

/// Plays the answers, one a request, over as many connections as come.
class peer {
  public:
    peer(asio::io_context& loop, std::string_view answers)
        : acceptor_(loop.get_executor(), tcp::endpoint(asio::ip::address_v4::loopback(), 0))
        , answers_(fuzz::bytes_of(answers).data(), answers.size()) {
        asio::co_spawn(loop, accept(), asio::detached);
    }
    std::string url() const {
        return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
    }
    void stop() {
        boost::system::error_code ignored;
        acceptor_.close(ignored);
    }

  private:
    task<void> accept() {
        auto const loop = co_await asio::this_coro::executor;
        for (;;) {
            auto [error, socket] = co_await acceptor_.async_accept(as_result);
            if (error) co_return;
            // Reset at the end, or the system would keep thousands of closed connections.
            boost::system::error_code ignored;
            socket.set_option(tcp_socket::linger(true, 0), ignored);
            asio::co_spawn(loop, serve(std::move(socket)), asio::detached);
        }
    }

    task<void> serve(tcp_socket socket) {
        boost::system::error_code ignored;
        for (bool more = true; more;) {
            more = co_await take_request(socket);
            if (!more || answers_.empty()) break;
            auto answer = answers_.until("\n%%\n");
            bool const close = answer.ends_with("%close");
            if (close) answer.remove_suffix(6);
            auto const buffer = asio::buffer(answer);
            auto [error, count] = co_await asio::async_write(socket, buffer, as_result);
            // What the client still waits for will not come.
            if (error || close || answers_.empty()) break;
        }
        socket.shutdown(tcp_socket::shutdown_send, ignored);
        // Until the client has read all of it.
        std::array<char, 4096> scrap;
        auto const space = asio::buffer(scrap);
        for (bool more = true; more;) {
            auto [error, count] = co_await socket.async_read_some(space, as_result);
            more = !error;
        }
    }

    /// Whether a whole request has come: the client's are well formed.
    task<bool> take_request(tcp_socket& socket) {
        std::string text;
        std::array<char, 16'384> piece;
        auto const space = asio::buffer(piece);
        for (;;) {
            auto [error, count] = co_await socket.async_read_some(space, as_result);
            if (error) co_return false;
            text.append(piece.data(), count);
            auto const end = text.find("\r\n\r\n");
            if (end == text.npos) continue;
            auto const field = text.find("content-length: ");
            auto const length =
                field < end ? std::strtoull(text.c_str() + field + 16, nullptr, 10) : 0;
            if (text.size() >= end + 4 + length) co_return true;
        }
    }

    tcp_acceptor acceptor_;
    fuzz::input answers_;
};

workers& pool() {
    static workers one(1, 64);
    return one;
}

s3::options options_for(std::string url) {
    s3::options settings;
    settings.endpoint_url = std::move(url);
    settings.bucket = "bucket";
    settings.keys = {"access", "secret", ""};
    settings.part_size = part_size;
    settings.upload_memory = 4 * part_size;
    settings.attempts = 2;
    settings.first_pause = settings.longest_pause = std::chrono::milliseconds(0);
    // The peer always answers or closes, but may promise more than it sends and keep the line open.
    settings.timeouts = {std::chrono::seconds(5), std::chrono::milliseconds(20),
                         std::chrono::milliseconds(20)};
    return settings;
}

/// All of an object, or of a range of it.
task<void> read_object(store& place, std::optional<byte_range> range) {
    std::string key = "key";
    auto const reader = co_await place.open(std::move(key), range);
    auto const whole = reader->size();
    auto const most = range ? std::min(range->length, whole) : whole;
    std::array<std::uint8_t, 1000> buffer;
    std::span<std::uint8_t> const into(buffer);
    std::uint64_t total = 0;
    for (;;) {
        auto const count = co_await reader->read_some(into);
        if (count == 0) break;
        total += count;
        fuzz::require(total <= most, "no more bytes than the object has");
    }
    fuzz::require(range || total == whole, "all bytes of the object, or an error");
}

task<void> write_object(store& place, std::size_t size) {
    std::string key = "key";
    auto const writer = co_await place.create(std::move(key));
    std::vector<std::uint8_t> const content(size);
    std::span<std::uint8_t const> const bytes(content);
    co_await writer->write(bytes);
    auto const done = co_await writer->finish();
    fuzz::require(done.size == size && done.sha256.size() == 64, "what was written");
}

task<void> list_objects(store& place) {
    auto const found = co_await place.list("", 10);
    for (auto const& one : found) fuzz::require(valid_key(one.key), "valid keys only");
}

task<void> ask(s3::client& client, char operation) {
    std::string key = "key", id = "id", none;
    std::vector<std::string> keys = {key, id};
    std::vector<s3::part> parts = {{1, "\"e\"", 1}};
    if (operation == 'c') {
        co_await client.create_upload(key);
    } else if (operation == 'f') {
        co_await client.complete_upload(key, id, parts);
    } else if (operation == 'm') {
        co_await client.delete_objects(keys);
    } else if (operation == 'p') {
        co_await client.list_parts(key, id);
    } else if (operation == 'u') {
        co_await client.list_uploads(none);
    } else {
        co_await client.head_object(key);
    }
}

task<void> operate(store& place, s3::client& client, char operation) {
    std::string key = "key";
    std::optional<byte_range> range;
    if (operation == 'g') {
        co_await read_object(place, range);
    } else if (operation == 'r') {
        range.emplace(byte_range{10, 100});
        co_await read_object(place, range);
    } else if (operation == 'w') {
        co_await write_object(place, 10);
    } else if (operation == 'W') {
        co_await write_object(place, several_parts);
    } else if (operation == 'l') {
        co_await list_objects(place);
    } else if (operation == 'k') {
        co_await place.check();
    } else if (operation == 'd') {
        co_await place.clear(std::move(key));
    } else {
        co_await ask(client, operation);
    }
}

task<void> play(peer& server, char operation) {
    {
        auto const settings = options_for(server.url());
        auto const place = make_s3_store(settings, pool());
        s3::client client(settings);
        try {
            co_await operate(*place, client, operation);
        } catch (store_error const&) {
        } catch (blob_missing const&) {
        } catch (s3::transport_error const&) {
        }
    }
    server.stop();
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    spdlog::set_level(spdlog::level::off);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    fuzz::input in(data, size);
    auto const operation = static_cast<char>(in.byte());
    asio::io_context loop(1);
    peer server(loop, in.rest());
    std::exception_ptr thrown;
    asio::co_spawn(loop, play(server, operation),
                   [&](std::exception_ptr error) { thrown = error; });
    loop.run();
    if (thrown) std::rethrow_exception(thrown);
    return 0;
}
