#include "server/http/connection.hpp"

#include "server/http/framing.hpp"
#include "server/http/streams.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <limits>

namespace kinvault::http {

namespace beast = boost::beast;
using boost::system::error_code;

namespace {

/// The parser's buffer: a head and, for chunked bodies, a chunk header or trailer. Beast throws out
/// of the event loop when a trailer field grows beyond 65,533 bytes, which this keeps it from.
constexpr std::size_t buffer_limit = 32 * 1024;
/// What an idle connection keeps of it.
constexpr std::size_t buffer_kept = 4 * 1024;
/// Answers up to this size leave with their head in one write; larger ones in pieces of it.
constexpr std::size_t piece_size = 64 * 1024;
/// How much of an unread body is thrown away to keep a connection, or to let an error be read.
constexpr std::uint64_t drain_limit = 64 * 1024;
/// A connection of another protocol on which nothing happens is ended after this.
constexpr std::chrono::hours tunnel_idle{1};
/// The window over which a body's rate is taken.
constexpr std::chrono::seconds rate_window{30};

/// `Date: …` of the current second (RFC 9110, 6.6.1).
std::string_view date_line() {
    thread_local std::time_t last = 0;
    thread_local char line[48];
    thread_local std::size_t length = 0;
    std::time_t const now = std::time(nullptr);
    if (now != last) {
        std::tm parts;
        gmtime_r(&now, &parts);
        length = std::strftime(line, sizeof line, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
        last = now;
    }
    return {line, length};
}

template <class Stream>
class client_connection final : public connection, private body_source, private byte_pipe {
  public:
    client_connection(Stream stream, std::optional<asio::ip::address> const& address,
                      application& app, connection_limits const& limits)
        : stream_(std::move(stream))
        , peer_(app.meet(address))
        , app_(app)
        , limits_(limits)
        , buffer_(buffer_limit) {}

    task<void> run() override;
    void watch(clock::time_point now) override;
    void finish() override;
    void abort() override {
        error_code ignored;
        stream_.lowest().close(ignored);
    }

  private:
    enum class phase { idle, reading_head, handling, reading_body, writing, tunnel };

    void enter(phase next) {
        phase_ = next;
        since_ = clock::now();
    }
    std::string_view received() const {
        auto const data = buffer_.cdata();
        return {static_cast<char const*>(data.data()), data.size()};
    }

    task<bool> serve_one();
    task<bool> read_head();
    void parse_head(std::size_t end);
    task<void> answer(response& reply, bool keep_alive);
    task<std::size_t> read_some(std::span<std::uint8_t> into) override;
    task<std::size_t> read_plain(std::span<std::uint8_t> into);
    task<std::size_t> read_chunked(std::span<std::uint8_t> into);
    task<void> read_more();
    task<void> write_all(std::string_view text);
    task<void> write_stream(response& reply);
    task<void> write_chunks(body_stream& from);
    task<std::size_t> next_piece(body_stream& from, std::span<std::uint8_t> into);
    task<std::size_t> receive(std::span<std::uint8_t> into) override;
    task<void> send(std::span<std::uint8_t const> bytes) override;
    void end_sending() override { stream_.finish(); }
    void cut() override { abort(); }
    task<void> drain_body();
    task<void> linger();
    bool body_too_slow();
    void end_idle() {
        stream_.finish();
        abort();
    }

    using chunk_parser = beast::http::request_parser<beast::http::buffer_body>;

    Stream stream_;
    peer const peer_;
    application& app_;
    connection_limits const& limits_;
    beast::flat_buffer buffer_;
    std::optional<chunk_parser> parser_;
    admitted_head request_;
    std::string out_;
    std::uint64_t body_left_ = 0; ///< of a body with a Content-Length
    bool continue_wanted_ = false;
    bool finishing_ = false;
    phase phase_ = phase::idle;
    clock::time_point since_ = clock::now();
    std::uint64_t body_bytes_ = 0;                      ///< in the current rate window
    std::chrono::steady_clock::duration body_waited_{}; ///< time spent waiting in that window
};

template <class Stream>
task<void> client_connection<Stream>::run() {
    try {
        bool more = true;
        if constexpr (Stream::secure) {
            enter(phase::reading_head);
            auto const failed = co_await stream_.handshake();
            if (failed) {
                spdlog::debug("no TLS handshake: {}", failed.message());
                co_return;
            }
        }
        while (more && !finishing_) {
            more = co_await serve_one();
        }
        stream_.finish();
    } catch (disconnected const&) {
    } catch (boost::system::system_error const& error) {
        // Cancelled because the client went away, or the socket failed: nobody is there to tell.
        spdlog::debug("connection ended: {}", error.code().message());
    }
}

template <class Stream>
task<bool> client_connection<Stream>::serve_one() {
    std::optional<response> refusal;
    try {
        bool const found = co_await read_head();
        if (!found) co_return false;
    } catch (bad_request const& error) {
        refusal.emplace(app_.refused(error));
    }
    if (refusal) {
        co_await answer(*refusal, false);
        co_await linger();
        co_return false;
    }
    enter(phase::handling);
    exchange request{request_.head, *this, peer_, Stream::secure};
    response reply = co_await app_.handle(request);
    bool const drainable =
        request_.chunked ? parser_->is_done() : body_left_ <= drain_limit && !continue_wanted_;
    bool const framed = !reply.open_end || request_.head.version == 11;
    bool const keep =
        request_.keep_alive && !reply.close && drainable && framed && !finishing_ && !reply.upgrade;
    co_await answer(reply, keep);
    if (reply.upgrade) {
        enter(phase::tunnel);
        co_await reply.upgrade->run(*this);
        co_return false;
    }
    if (!keep) {
        co_await linger();
        co_return false;
    }
    co_await drain_body();
    co_return true;
}

template <class Stream>
task<bool> client_connection<Stream>::read_head() {
    enter(phase::idle);
    if (buffer_.size() == 0 && buffer_.capacity() > buffer_kept) buffer_.shrink_to_fit();
    for (;;) {
        // Empty lines before a request are skipped (RFC 9112, 2.2).
        while (received().starts_with("\r\n")) buffer_.consume(2);
        auto const end = find_head_end(received());
        if (end != std::string_view::npos) {
            parse_head(end);
            co_return true;
        }
        if (buffer_.size() > 0 && phase_ == phase::idle) enter(phase::reading_head);
        auto const space = buffer_.prepare(std::min(buffer_kept, buffer_limit - buffer_.size()));
        auto const result = co_await stream_.read_some(space);
        auto const& [error, count] = result;
        if (error) co_return false;
        buffer_.commit(count);
    }
}

template <class Stream>
void client_connection<Stream>::parse_head(std::size_t end) {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(head_limit + 1));
    parser_->body_limit(boost::none);
    error_code error;
    auto const used = parser_->put(asio::buffer(buffer_.cdata(), end), error);
    if (error == beast::http::error::need_buffer) error = {};
    if (error == beast::http::error::bad_version) throw bad_request(505, "HTTP/1.0 or 1.1, please");
    if (error || !parser_->is_header_done()) throw bad_request(400, "Malformed request");
    buffer_.consume(used);

    auto const& message = parser_->get();
    auto const view = [](auto const& text) { return std::string_view(text.data(), text.size()); };
    parsed_head parsed;
    parsed.verb = view(message.method_string());
    parsed.target = view(message.target());
    parsed.version = message.version();
    parsed.fields.reserve(16);
    for (auto const& field : message) {
        parsed.fields.emplace_back(view(field.name_string()), view(field.value()));
    }
    request_ = admit_head(std::move(parsed));
    body_left_ = request_.head.content_length.value_or(0);
    continue_wanted_ = request_.expects_continue;
    body_bytes_ = 0;
    body_waited_ = {};
}

template <class Stream>
task<std::size_t> client_connection<Stream>::read_some(std::span<std::uint8_t> into) {
    if (continue_wanted_) {
        continue_wanted_ = false;
        co_await write_all("HTTP/1.1 100 Continue\r\n\r\n");
    }
    std::size_t count = 0;
    if (request_.chunked) {
        count = co_await read_chunked(into);
    } else {
        count = co_await read_plain(into);
    }
    body_bytes_ += count;
    enter(phase::handling);
    co_return count;
}

template <class Stream>
task<std::size_t> client_connection<Stream>::read_plain(std::span<std::uint8_t> into) {
    auto const most = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), body_left_));
    if (most == 0) co_return 0;
    std::size_t count = asio::buffer_copy(asio::buffer(into.data(), most), buffer_.cdata());
    buffer_.consume(count);
    if (count == 0) {
        enter(phase::reading_body);
        auto const space = asio::buffer(into.data(), most);
        auto const result = co_await stream_.read_some(space);
        if (std::get<0>(result)) throw disconnected();
        count = std::get<1>(result);
        body_waited_ += clock::now() - since_;
    }
    body_left_ -= count;
    co_return count;
}

template <class Stream>
task<std::size_t> client_connection<Stream>::read_chunked(std::span<std::uint8_t> into) {
    auto& body = parser_->get().body();
    body.data = into.data();
    body.size = into.size();
    body.more = true;
    while (!parser_->is_done() && body.size == into.size()) {
        error_code error = beast::http::error::need_more;
        if (buffer_.size() > 0) {
            auto const used = parser_->put(buffer_.cdata(), error);
            buffer_.consume(used);
        }
        if (error == beast::http::error::need_more) {
            co_await read_more();
        } else if (error && error != beast::http::error::need_buffer) {
            throw bad_request(400, "Malformed chunked body");
        }
    }
    co_return into.size() - body.size;
}

/// More of a chunked body into the buffer.
template <class Stream>
task<void> client_connection<Stream>::read_more() {
    if (buffer_.size() >= buffer_limit) throw bad_request(400, "Malformed chunked body");
    enter(phase::reading_body);
    auto const space = buffer_.prepare(buffer_limit - buffer_.size());
    auto const result = co_await stream_.read_some(space);
    body_waited_ += clock::now() - since_;
    if (std::get<0>(result)) throw disconnected();
    buffer_.commit(std::get<1>(result));
}

template <class Stream>
task<void> client_connection<Stream>::answer(response& reply, bool keep_alive) {
    bool const head_only = request_.head.verb == method::head;
    bool const empty = reply.status == 204 || reply.status == 304 || reply.upgrade;
    bool const chunked = reply.open_end && request_.head.version == 11;
    out_.clear();
    out_.append("HTTP/1.1 ").append(std::to_string(reply.status)).append(" ");
    out_.append(reason_of(reply.status)).append("\r\n").append(date_line()).append(reply.lines());
    if (!reply.content_type.empty()) {
        out_.append("Content-Type: ").append(reply.content_type).append("\r\n");
    }
    if (chunked && !empty) {
        out_.append("Transfer-Encoding: chunked\r\n");
    } else if (!empty && !reply.open_end) {
        auto const length = reply.stream ? reply.stream_length : reply.body.size();
        out_.append("Content-Length: ").append(std::to_string(length)).append("\r\n");
    }
    if (!keep_alive && !reply.upgrade) out_.append("Connection: close\r\n");
    out_.append("\r\n");
    bool const with_body = !head_only && !empty;
    bool const together = with_body && !reply.stream && reply.body.size() <= piece_size;
    if (together) out_.append(reply.body);
    co_await write_all(out_);
    if (out_.capacity() > piece_size) out_ = {};
    if (!with_body || together) co_return;
    if (chunked) {
        co_await write_chunks(*reply.stream);
    } else if (reply.stream) {
        co_await write_stream(reply);
    } else {
        co_await write_all(reply.body);
    }
}

template <class Stream>
task<void> client_connection<Stream>::write_all(std::string_view text) {
    while (!text.empty()) {
        enter(phase::writing);
        auto const piece = asio::buffer(text.data(), std::min(text.size(), piece_size * 4));
        auto const result = co_await stream_.write_some(piece);
        if (std::get<0>(result)) throw disconnected();
        text.remove_prefix(std::get<1>(result));
    }
    enter(phase::handling);
}

/// The head has gone out: when the body breaks off, only the end of the connection can tell.
template <class Stream>
task<std::size_t> client_connection<Stream>::next_piece(body_stream& from,
                                                        std::span<std::uint8_t> into) {
    bool broken = false;
    std::size_t count = 0;
    try {
        count = co_await from.read_some(into);
    } catch (boost::system::system_error const&) {
        throw;
    } catch (std::exception const& error) {
        spdlog::error("an answer broke off: {}", error.what());
        broken = true;
    }
    if (broken) throw disconnected();
    co_return count;
}

/// A body of known length; without one, for HTTP/1.0, until it ends.
template <class Stream>
task<void> client_connection<Stream>::write_stream(response& reply) {
    std::uint64_t left =
        reply.open_end ? std::numeric_limits<std::uint64_t>::max() : reply.stream_length;
    std::vector<std::uint8_t> buffer(static_cast<std::size_t>(
        std::min<std::uint64_t>(piece_size * 4, std::max<std::uint64_t>(1, left))));
    while (left > 0) {
        auto const space = std::span(buffer).first(
            static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left)));
        auto& from = *reply.stream;
        std::size_t const count = co_await next_piece(from, space);
        if (count == 0 && reply.open_end) co_return;
        if (count == 0) throw disconnected();
        left -= count;
        std::string_view const piece(reinterpret_cast<char const*>(buffer.data()), count);
        co_await write_all(piece);
    }
}

template <class Stream>
task<void> client_connection<Stream>::write_chunks(body_stream& from) {
    // Eight digits, CR LF, the data, CR LF.
    constexpr std::size_t before = 10, after = 2;
    std::vector<char> buffer(before + piece_size + after + 1);
    std::size_t count = 0;
    do {
        auto* const data = reinterpret_cast<std::uint8_t*>(buffer.data()) + before;
        std::span<std::uint8_t> const space(data, piece_size);
        count = co_await next_piece(from, space);
        char size[before + 1];
        std::snprintf(size, sizeof size, "%08zx\r\n", count);
        std::copy_n(size, before, buffer.data());
        std::copy_n("\r\n", after, buffer.data() + before + count);
        std::string_view const piece(buffer.data(), before + count + after);
        co_await write_all(piece);
    } while (count > 0);
}

template <class Stream>
task<std::size_t> client_connection<Stream>::receive(std::span<std::uint8_t> into) {
    std::size_t count = asio::buffer_copy(asio::buffer(into.data(), into.size()), buffer_.cdata());
    buffer_.consume(count);
    if (count == 0) {
        auto const space = asio::buffer(into.data(), into.size());
        auto const result = co_await stream_.read_some(space);
        auto const& [error, length] = result;
        if (error == asio::error::eof) co_return 0;
        if (error) throw disconnected();
        count = length;
    }
    since_ = clock::now();
    co_return count;
}

template <class Stream>
task<void> client_connection<Stream>::send(std::span<std::uint8_t const> bytes) {
    while (!bytes.empty()) {
        auto const piece = asio::buffer(bytes.data(), bytes.size());
        auto const result = co_await stream_.write_some(piece);
        if (std::get<0>(result)) throw disconnected();
        bytes = bytes.subspan(std::get<1>(result));
        since_ = clock::now();
    }
}

template <class Stream>
task<void> client_connection<Stream>::drain_body() {
    if (request_.chunked || body_left_ == 0) co_return;
    std::vector<std::uint8_t> scrap(static_cast<std::size_t>(body_left_));
    while (body_left_ > 0) {
        std::size_t const count = co_await read_some(scrap);
        if (count == 0) break;
    }
}

/// After the last answer: closing at once with unread input would reset the connection and take the
/// answer away from the client, so a little more is read first.
template <class Stream>
task<void> client_connection<Stream>::linger() {
    stream_.finish();
    std::vector<std::uint8_t> scrap(4096);
    std::uint64_t drained = 0;
    enter(phase::reading_head);
    // Below TLS: nobody looks at what comes now.
    auto& below = stream_.lowest();
    while (drained < drain_limit) {
        auto const space = asio::buffer(scrap);
        auto const result = co_await below.async_read_some(space, as_result);
        if (std::get<0>(result)) co_return;
        drained += std::get<1>(result);
    }
}

template <class Stream>
bool client_connection<Stream>::body_too_slow() {
    auto const waited = body_waited_ + (clock::now() - since_);
    if (waited < rate_window) return false;
    auto const least = limits_.body_min_rate * static_cast<std::uint64_t>(rate_window.count());
    bool const slow = body_bytes_ < least;
    body_bytes_ = 0;
    body_waited_ = {};
    since_ = clock::now();
    return slow;
}

template <class Stream>
void client_connection<Stream>::watch(clock::time_point now) {
    if (!stream_.lowest().is_open()) return;
    auto const passed = now - since_;
    switch (phase_) {
    case phase::idle:
        if (passed > limits_.idle_timeout) end_idle();
        break;
    case phase::reading_head:
        if (passed > limits_.head_timeout) abort();
        break;
    case phase::writing:
        if (passed > limits_.write_timeout) abort();
        break;
    case phase::reading_body:
        if (body_too_slow()) abort();
        break;
    case phase::tunnel:
        if (passed > tunnel_idle) abort();
        break;
    case phase::handling:
        if (passed > std::chrono::seconds(1) && stream_.client_is_gone())
            cancellation_.emit(asio::cancellation_type::terminal);
        break;
    }
}

template <class Stream>
void client_connection<Stream>::finish() {
    finishing_ = true;
    if (phase_ == phase::idle) end_idle();
    if (phase_ == phase::tunnel) abort();
}

} // namespace

std::unique_ptr<connection> make_connection(socket client,
                                            std::optional<asio::ip::address> const& address,
                                            application& app, connection_limits const& limits,
                                            SSL_CTX* tls) {
    if (tls) {
        return std::make_unique<client_connection<tls_stream>>(tls_stream(std::move(client), tls),
                                                               address, app, limits);
    }
    return std::make_unique<client_connection<plain_stream>>(plain_stream(std::move(client)),
                                                             address, app, limits);
}

} // namespace kinvault::http
