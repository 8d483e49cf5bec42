// Requests and answers as the rest of the server sees them. No Beast here: connection.cpp is the
// only place that knows how they came over the wire.
#pragma once

#include "storage/async.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kinvault::http {

enum class method { get, head, post, put, patch, del, options };
std::string_view name_of(method);

/// The head of a request. Views live until the answer has been written.
struct request_head {
    method verb = method::get;
    std::string_view target; ///< origin form, as received
    std::string path;        ///< decoded once, no dot segments, no NUL
    std::string_view query;  ///< still encoded
    std::vector<std::pair<std::string_view, std::string_view>> fields;
    unsigned version = 11; ///< 10 for HTTP/1.0
    bool has_body = false;
    std::optional<std::uint64_t> content_length; ///< none for a chunked body

    /// The first field of this name (ASCII case does not matter), or nothing.
    std::optional<std::string_view> field(std::string_view name) const;
    std::string_view field_or_empty(std::string_view name) const {
        return field(name).value_or(std::string_view());
    }
};

/// What came over the wire cannot be taken; the connection ends after the answer.
class bad_request : public std::runtime_error {
  public:
    bad_request(int status, std::string const& text) : std::runtime_error(text), status_(status) {}
    int status() const noexcept { return status_; }

  private:
    int status_;
};

/// The client went away or was too slow; nobody waits for an answer.
class disconnected : public std::runtime_error {
  public:
    disconnected() : std::runtime_error("the client went away") {}
};

/// The body of a request, read piece by piece. Nothing is read before it is asked for: a client
/// that expects 100 (Continue) gets it with the first call.
class body_source {
  public:
    virtual ~body_source() = default;
    /// Some of the body into `into`; 0 at its end. Throws `bad_request` and `disconnected`.
    virtual task<std::size_t> read_some(std::span<std::uint8_t> into) = 0;
};

/// The body of an answer that does not fit into memory.
class body_stream {
  public:
    virtual ~body_stream() = default;
    /// The next bytes into `into`; 0 at the end. What it throws breaks the connection, so that the
    /// client sees that the answer is not complete.
    virtual task<std::size_t> read_some(std::span<std::uint8_t> into) = 0;
};

/// The client's connection after it has been upgraded: bytes in both directions, which may be used
/// at the same time. Both throw `disconnected`.
class byte_pipe {
  public:
    virtual ~byte_pipe() = default;
    /// Some of what the client sent; 0 at its end.
    virtual task<std::size_t> receive(std::span<std::uint8_t> into) = 0;
    virtual task<void> send(std::span<std::uint8_t const> bytes) = 0;
    virtual void end_sending() = 0;
    /// Ends what runs in both directions.
    virtual void cut() = 0;
};

/// What goes on after an upgrade (status 101).
class tunnel {
  public:
    virtual ~tunnel() = default;
    /// Returns when nothing of `client` is used any more; the connection ends then.
    virtual task<void> run(byte_pipe& client) = 0;
};

/// An answer: a status with a text, or with a stream.
class response {
  public:
    explicit response(int status = 200) : status(status) {}

    int status;
    std::string content_type; ///< none for an empty body
    std::string body;
    std::unique_ptr<body_stream> stream; ///< instead of `body`
    std::uint64_t stream_length = 0;
    bool open_end = false;           ///< the stream's length is not known: it ends where it ends
    std::unique_ptr<tunnel> upgrade; ///< with status 101
    bool close = false;              ///< the connection ends after this answer

    /// Adds a field. Throws std::logic_error for a value that would break out of its line.
    response& set(std::string_view name, std::string_view value);
    /// Adds the fields of another answer.
    void take_lines(response const& other) { lines_.append(other.lines_); }
    /// Makes room for so many bytes more of lines.
    void reserve_lines(std::size_t more) { lines_.reserve(lines_.size() + more); }
    /// Adds whole lines the server has checked.
    void add_lines(std::string_view lines) { lines_.append(lines); }
    /// All fields added so far, as lines.
    std::string const& lines() const { return lines_; }

    static response json(int status, std::string text);
    /// `{"detail": text}`
    static response error(int status, std::string_view detail);

  private:
    std::string lines_;
};

std::string_view reason_of(int status);

/// Percent-decodes; nothing for a malformed escape. `plus_is_space` as in query strings.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

/// The parameters of a query string in their order, decoded, with U+FFFD for what is no UTF-8.
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);

/// The text with U+FFFD for what is no UTF-8, as browsers do it.
std::string to_utf8(std::string text);

bool equal_ignoring_case(std::string_view a, std::string_view b);

} // namespace kinvault::http
