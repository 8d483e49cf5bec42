#include "storage/blob/s3/http_connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <type_traits>

namespace kinvault::blob::s3 {

class tls_settings {
  public:
    asio::ssl::context context{asio::ssl::context::tls_client};
};

namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using boost::system::error_code;
using kind = transport_error::kind;

using plain_stream = beast::basic_stream<tcp, executor>;
using tls_stream = asio::ssl::stream<plain_stream>;

/// Gives errors instead of throwing them.
constexpr auto as_result = asio::as_tuple(use_task);

/// Bytes sent under one stall deadline.
constexpr std::size_t slice_size = 256 << 10;
/// Bytes of an answer's head. S3's are below 4 KiB.
constexpr std::uint32_t head_limit = 32 << 10;
/// For the answer of a server that has refused the rest of a request.
constexpr std::chrono::seconds last_words{2};

[[noreturn]] void fail(error_code error, std::string const& doing, bool answered = false) {
    // Cancelled by whoever waits: no fault of the connection, and nothing to retry.
    if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
    if (error == beast::error::timeout)
        throw transport_error(kind::timeout, "no answer in time while " + doing, answered);
    throw transport_error(kind::broken, error.message() + " while " + doing, answered);
}

std::string request_head(http_request const& request) {
    std::string text = request.method + " " + request.target + " HTTP/1.1\r\n";
    for (auto const& [name, value] : request.headers) text += name + ": " + value + "\r\n";
    bool const may_have_body = request.method == "PUT" || request.method == "POST";
    if (may_have_body || !request.body.empty())
        text += "content-length: " + std::to_string(request.body.size()) + "\r\n";
    return text + "\r\n";
}

template <class Stream>
class connection final : public http_connection {
  public:
    connection(Stream stream, std::shared_ptr<tls_settings> tls, http_timeouts timeouts)
        : tls_(std::move(tls))
        , stream_(std::move(stream))
        , timeouts_(timeouts) {}

    task<http_head> exchange(http_request const& request) override {
        remaining_ = {};
        auto const sent = co_await send(request);
        if (sent && sent != asio::error::operation_aborted && sent != beast::error::timeout) {
            // It may have said why.
            auto const head = co_await read_head(request.method, last_words, sent);
            keep_alive_ = false;
            co_return head;
        }
        if (sent) fail(sent, "sending a request");
        auto const head = co_await read_head(request.method, timeouts_.answer, sent);
        co_return head;
    }

    task<std::size_t> read_body(std::span<std::uint8_t> into) override {
        std::size_t count = 0;
        if (remaining_) {
            count = co_await read_counted(into);
        } else {
            count = co_await read_parsed(into);
        }
        co_return count;
    }

    bool reusable() const noexcept override {
        return keep_alive_ && (remaining_ ? *remaining_ == 0 : parser_ && parser_->is_done()) &&
               buffer_.size() == 0;
    }

    bool gone() noexcept override {
        char byte;
        auto const count = ::recv(socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        // TLS may send something between two answers, such as new session tickets.
        if (count > 0) return std::is_same_v<Stream, plain_stream>;
        return count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
    }

  private:
    tcp::socket::rebind_executor<executor>::other& socket() {
        return beast::get_lowest_layer(stream_).socket();
    }
    void deadline(std::chrono::milliseconds after) {
        beast::get_lowest_layer(stream_).expires_after(after);
    }

    /// The head goes out together with the first slice of the body.
    task<error_code> send(http_request const& request) {
        auto const head = request_head(request);
        auto rest = request.body;
        auto slice = rest.first(std::min(slice_size, rest.size()));
        std::array<asio::const_buffer, 2> const both = {
            asio::buffer(head), asio::const_buffer(slice.data(), slice.size())};
        deadline(timeouts_.stall);
        auto [error, count] = co_await asio::async_write(stream_, both, as_result);
        for (rest = rest.subspan(slice.size()); !error && !rest.empty();
             rest = rest.subspan(slice.size())) {
            slice = rest.first(std::min(slice_size, rest.size()));
            asio::const_buffer const buffer(slice.data(), slice.size());
            deadline(timeouts_.stall);
            auto [later, more] = co_await asio::async_write(stream_, buffer, as_result);
            error = later;
        }
        co_return error;
    }

    /// `sent` is the error that sending met, told when there is no answer either.
    task<http_head> read_head(std::string const& method, std::chrono::milliseconds patience,
                              error_code sent) {
        do {
            parser_.emplace();
            parser_->header_limit(head_limit);
            parser_->body_limit(boost::none);
            parser_->skip(method == "HEAD");
            deadline(patience);
            auto& parser = *parser_;
            auto [error, count] =
                co_await http::async_read_header(stream_, buffer_, parser, as_result);
            if (error) fail(sent ? sent : error, "waiting for an answer");
        } while (parser_->get().result_int() < 200); // 100 Continue and its like
        co_return understood();
    }

    http_head understood() {
        http_head head;
        head.status = static_cast<int>(parser_->get().result_int());
        for (auto const& field : parser_->get()) {
            std::string name(field.name_string());
            for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
            head.headers.emplace_back(std::move(name), std::string(field.value()));
        }
        if (auto const length = parser_->content_length()) head.length = *length;
        keep_alive_ = parser_->get().keep_alive();
        // Counted bodies are read past the parser, which would copy each byte once more.
        remaining_ = parser_->is_done() ? std::optional<std::uint64_t>(0) : head.length;
        return head;
    }

    task<std::size_t> read_counted(std::span<std::uint8_t> into) {
        into = into.first(std::min<std::uint64_t>(into.size(), *remaining_));
        if (into.empty()) co_return 0;
        std::size_t count = std::min(buffer_.size(), into.size());
        if (count > 0) {
            std::memcpy(into.data(), buffer_.data().data(), count);
            buffer_.consume(count);
        } else {
            asio::mutable_buffer const target(into.data(), into.size());
            deadline(timeouts_.stall);
            auto [error, got] = co_await stream_.async_read_some(target, as_result);
            if (error) fail(error, "reading an answer", true);
            count = got;
        }
        *remaining_ -= count;
        co_return count;
    }

    /// Chunked bodies, and such as end with the connection.
    task<std::size_t> read_parsed(std::span<std::uint8_t> into) {
        while (!parser_->is_done()) {
            auto& body = parser_->get().body();
            body.data = into.data();
            body.size = into.size();
            body.more = true;
            auto& parser = *parser_;
            deadline(timeouts_.stall);
            auto [error, count] =
                co_await http::async_read_some(stream_, buffer_, parser, as_result);
            if (error && error != http::error::need_buffer) fail(error, "reading an answer", true);
            auto const got = into.size() - parser_->get().body().size;
            if (got > 0) co_return got;
        }
        co_return 0;
    }

    std::shared_ptr<tls_settings> tls_; ///< its context must outlive the stream
    Stream stream_;
    http_timeouts const timeouts_;
    beast::flat_buffer buffer_{64 << 10};
    std::optional<http::response_parser<http::buffer_body>> parser_;
    std::optional<std::uint64_t> remaining_; ///< of a counted body
    bool keep_alive_ = false;
};

bool is_this_machine(std::string_view host) noexcept {
    return host == "localhost" || host.ends_with(".localhost");
}

using address_resolver = tcp::resolver::rebind_executor<executor>::other;

/// Look-ups run on a thread of Asio's and cannot be stopped, but need not be waited for.
task<std::vector<tcp::endpoint>> resolve(std::string host, std::string port,
                                         std::chrono::milliseconds patience) {
    error_code no_address;
    auto const address = asio::ip::make_address(host, no_address);
    std::vector<tcp::endpoint> found;
    if (!no_address) {
        found.emplace_back(address, static_cast<std::uint16_t>(std::stoul(port)));
        co_return found;
    }
    if (is_this_machine(host)) host = "localhost";
    auto const loop = co_await asio::this_coro::executor;
    auto const resolver = std::make_shared<address_resolver>(loop);
    asio::steady_timer::rebind_executor<executor>::other timer(loop, patience);
    timer.async_wait([resolver](error_code stopped) {
        if (!stopped) resolver->cancel();
    });
    auto [error, results] = co_await resolver->async_resolve(host, port, as_result);
    if (error) {
        bool const late = timer.expiry() <= std::chrono::steady_clock::now();
        if (error == asio::error::operation_aborted && !late)
            throw boost::system::system_error(error);
        throw transport_error(late ? kind::timeout : kind::connect,
                              "the name " + host + " is not found: " +
                                  (late ? std::string("no answer in time") : error.message()));
    }
    for (auto const& one : results) found.push_back(one.endpoint());
    co_return found;
}

task<plain_stream> connect_plain(std::string host, std::string port, http_timeouts timeouts) {
    auto const addresses = co_await resolve(std::move(host), std::move(port), timeouts.connect);
    auto const loop = co_await asio::this_coro::executor;
    plain_stream stream(loop);
    stream.expires_after(timeouts.connect);
    auto [error, address] = co_await stream.async_connect(addresses, as_result);
    if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
    if (error == beast::error::timeout)
        throw transport_error(kind::timeout, "no connection in time");
    if (error) throw transport_error(kind::connect, error.message());
    error_code ignored;
    stream.socket().set_option(tcp::no_delay(true), ignored);
    co_return stream;
}

/// The certificate must be that of `host`, a name or an address.
void expect(SSL* connection, std::string const& host) {
    error_code no_address;
    asio::ip::make_address(host, no_address);
    if (!no_address) {
        ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(connection), host.c_str());
        return;
    }
    ::SSL_set_tlsext_host_name(connection, host.c_str());
    ::SSL_set_hostflags(connection, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    ::SSL_set1_host(connection, host.c_str());
}

task<tls_stream> secure(plain_stream below, std::string host, std::shared_ptr<tls_settings> tls,
                        http_timeouts timeouts) {
    tls_stream stream(std::move(below), tls->context);
    expect(stream.native_handle(), host);
    beast::get_lowest_layer(stream).expires_after(timeouts.connect);
    auto const role = asio::ssl::stream_base::client;
    auto [error] = co_await stream.async_handshake(role, as_result);
    if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
    if (error == beast::error::timeout)
        throw transport_error(kind::timeout, "no TLS handshake in time");
    if (error) {
        auto const verdict = ::SSL_get_verify_result(stream.native_handle());
        if (verdict == X509_V_OK)
            throw transport_error(kind::broken, "the TLS handshake fails: " + error.message());
        throw transport_error(kind::certificate, ::X509_verify_cert_error_string(verdict));
    }
    co_return stream;
}

} // namespace

std::string_view http_head::field(std::string_view name) const noexcept {
    auto const found = std::find_if(headers.begin(), headers.end(),
                                    [&](auto const& field) { return field.first == name; });
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

std::shared_ptr<tls_settings> make_tls_settings(std::filesystem::path const& ca_file) {
    auto settings = std::make_shared<tls_settings>();
    auto& context = settings->context;
    context.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                        asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                        asio::ssl::context::no_tlsv1_1);
    context.set_verify_mode(asio::ssl::verify_peer);
    error_code error;
    if (ca_file.empty()) {
        context.set_default_verify_paths(error);
        if (error) throw std::runtime_error("no certificates of the system: " + error.message());
    } else {
        context.load_verify_file(ca_file.string(), error);
        if (error)
            throw std::runtime_error("no certificates in " + ca_file.string() + ": " +
                                     error.message());
    }
    return settings;
}

task<std::unique_ptr<http_connection>> http_connect(std::string host, std::string port,
                                                    std::shared_ptr<tls_settings> tls,
                                                    http_timeouts timeouts) {
    std::string const name = host;
    auto plain = co_await connect_plain(std::move(host), std::move(port), timeouts);
    if (!tls) {
        co_return std::make_unique<connection<plain_stream>>(std::move(plain), nullptr, timeouts);
    }
    auto secured = co_await secure(std::move(plain), name, tls, timeouts);
    co_return std::make_unique<connection<tls_stream>>(std::move(secured), std::move(tls),
                                                       timeouts);
}

task<std::string> read_rest(http_connection& connection, std::size_t most) {
    std::string text;
    std::array<std::uint8_t, 8192> piece;
    std::span<std::uint8_t> const into(piece);
    for (;;) {
        auto const count = co_await connection.read_body(into);
        if (count == 0) break;
        if (text.size() + count > most)
            throw transport_error(kind::broken, "an answer is too long", true);
        text.append(reinterpret_cast<char const*>(piece.data()), count);
    }
    co_return text;
}

} // namespace kinvault::blob::s3
