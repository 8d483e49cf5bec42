// Reads multipart/form-data (RFC 7578) as it arrives, in chunks of any size, holding back nothing
// but the head of a part. Used by the file upload, which streams parts of any length into a blob
// store.
//
// The caller pulls events, so that it can await between them:
//     parser.feed(chunk); while ((event = parser.next()) != multipart_event::need_input) …
// and calls finish() after the last chunk. Whatever is not exactly in form is a multipart_error:
// what two readers could understand differently is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace kinvault::http {

/// The body is not in form; the text may be shown to the client. Answered as 400.
class multipart_error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The head of a part. Texts are valid UTF-8 and free of control characters: these come as '_' (as
/// CR and LF may, escaped), except for NUL, which is an error.
struct part_head {
    std::string name;
    /// The last component of the name that was sent, for '/' and '\' as separators; may be empty.
    /// `filename*` (RFC 8187) wins over `filename`. No file name: the part is a plain value.
    std::optional<std::string> filename;
    /// As sent, with parameters; empty when absent.
    std::string content_type;
};

enum class multipart_event {
    need_input, ///< the chunk is used up: feed the next one, or finish
    part_begin, ///< see head()
    part_data,  ///< see data(): never empty; a part may have none of these, or many
    part_end,   ///< the part is whole
    end,        ///< the last part has ended; what follows is ignored
};

class multipart_parser {
  public:
    static constexpr std::size_t max_head = 8192; ///< bytes in the head of a part, with line ends
    static constexpr std::size_t max_parts = 32;

    /// `boundary` as from multipart_boundary; throws multipart_error when it is not valid.
    explicit multipart_parser(std::string_view boundary);

    /// The next bytes of the body, which must stay valid until next() gives need_input.
    void feed(std::span<std::uint8_t const> input) noexcept;
    /// What comes next; throws multipart_error. After `end` it gives need_input for ever.
    multipart_event next();
    /// The body has ended: throws multipart_error when its last boundary has not been seen.
    void finish() const;

    /// Of the part that began last.
    part_head const& head() const noexcept { return head_; }
    /// Of the part_data event that came last; points into the input or the parser.
    std::span<std::uint8_t const> data() const noexcept { return data_; }

  private:
    enum class state {
        preamble,
        data,
        after_boundary,
        after_dash,
        padding,
        line_end,
        head,
        epilogue
    };

    bool at_end() const noexcept { return position_ == input_.size(); }
    std::optional<multipart_event> step();
    std::optional<multipart_event> scan();
    std::optional<multipart_event> emit(std::span<std::uint8_t const> bytes);
    std::optional<multipart_event> after_boundary(char c);
    std::optional<multipart_event> read_head(char c);
    std::size_t next_candidate() const noexcept;

    std::string const delimiter_; ///< CRLF, two dashes, the boundary
    std::span<std::uint8_t const> input_;
    std::size_t position_ = 0; ///< in input_
    state state_ = state::preamble;
    /// So many bytes of the delimiter stand before position_. The first two count as seen at the
    /// beginning of the body and after a head, whose own line end may be that of the delimiter.
    std::size_t matched_ = 2;
    std::size_t assumed_ = 2; ///< so many of them belong to something else and are no data
    std::size_t parts_ = 0;
    std::string head_text_;
    part_head head_;
    std::span<std::uint8_t const> data_;
};

/// The boundary of a Content-Type of multipart/form-data (RFC 2046: 1 to 70 characters, quoted or
/// not); empty for any other type, for a boundary that is not valid, and for two of them.
std::optional<std::string> multipart_boundary(std::string_view content_type);

/// Parses the lines of a part's head, each with its CRLF; throws multipart_error.
part_head parse_part_head(std::string_view lines);

} // namespace kinvault::http
