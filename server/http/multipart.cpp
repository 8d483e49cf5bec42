#include "server/http/multipart.hpp"

#include "server/http/part_head.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace kinvault::http {

namespace {

std::span<std::uint8_t const> bytes_of(std::string_view text) {
    return {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()};
}

} // namespace

multipart_parser::multipart_parser(std::string_view boundary)
    : delimiter_("\r\n--" + std::string(boundary)) {
    if (!valid_boundary(boundary)) throw multipart_error("The multipart boundary is not valid");
}

void multipart_parser::feed(std::span<std::uint8_t const> input) noexcept {
    input_ = input;
    position_ = 0;
}

multipart_event multipart_parser::next() {
    while (!at_end()) {
        if (auto event = step()) return *event;
    }
    return multipart_event::need_input;
}

void multipart_parser::finish() const {
    if (state_ != state::epilogue) throw multipart_error("The multipart body ends too early");
}

std::optional<multipart_event> multipart_parser::step() {
    switch (state_) {
    case state::preamble:
    case state::data:
        return scan();
    case state::head:
        return read_head(static_cast<char>(input_[position_++]));
    case state::epilogue:
        position_ = input_.size();
        return {};
    default:
        return after_boundary(static_cast<char>(input_[position_++]));
    }
}

/// Data up to the next delimiter. A delimiter begins with CR and has no other one, so a match that
/// fails can only begin anew at the byte it failed on, and what had matched is a piece of
/// delimiter_.
std::optional<multipart_event> multipart_parser::scan() {
    if (matched_ == 0) {
        auto const begin = std::exchange(position_, next_candidate());
        if (position_ > begin) return emit(input_.subspan(begin, position_ - begin));
    }
    while (!at_end() && matched_ < delimiter_.size() &&
           static_cast<char>(input_[position_]) == delimiter_[matched_]) {
        ++position_;
        ++matched_;
    }
    if (matched_ == delimiter_.size()) {
        matched_ = assumed_ = 0;
        auto const ended = std::exchange(state_, state::after_boundary);
        if (ended == state::data) return multipart_event::part_end;
        return {};
    }
    if (at_end()) return {};
    auto const from = std::exchange(assumed_, 0);
    auto const to = std::exchange(matched_, 0);
    return emit(bytes_of(delimiter_).subspan(from, to - from));
}

std::optional<multipart_event> multipart_parser::emit(std::span<std::uint8_t const> bytes) {
    if (state_ == state::preamble || bytes.empty()) return {};
    data_ = bytes;
    return multipart_event::part_data;
}

/// Where the delimiter begins, or a first part of it that reaches to the end of the input.
std::size_t multipart_parser::next_candidate() const noexcept {
    auto at = position_;
    while (at < input_.size()) {
        auto const* found = std::memchr(input_.data() + at, '\r', input_.size() - at);
        if (!found) break;
        at = static_cast<std::size_t>(static_cast<std::uint8_t const*>(found) - input_.data());
        auto const length = std::min(delimiter_.size(), input_.size() - at);
        if (std::memcmp(found, delimiter_.data(), length) == 0) return at;
        ++at;
    }
    return input_.size();
}

/// The rest of the line after a boundary: "--", or white space and CRLF.
std::optional<multipart_event> multipart_parser::after_boundary(char c) {
    bool const blank = c == ' ' || c == '\t';
    switch (state_) {
    case state::after_boundary:
        if (c == '-') {
            state_ = state::after_dash;
            return {};
        }
        [[fallthrough]];
    case state::padding:
        if (!blank && c != '\r') break;
        state_ = blank ? state::padding : state::line_end;
        return {};
    case state::line_end:
        if (c != '\n') break;
        if (++parts_ > max_parts) throw multipart_error("The multipart body has too many parts");
        state_ = state::head;
        head_text_.clear();
        return {};
    default:
        if (c != '-') break;
        state_ = state::epilogue;
        return multipart_event::end;
    }
    throw multipart_error("A multipart boundary is followed by other characters");
}

std::optional<multipart_event> multipart_parser::read_head(char c) {
    head_text_ += c;
    if (head_text_.size() > max_head) throw multipart_error("The head of a part is too long");
    if (c != '\n') return {};
    if (head_text_ != "\r\n" && !head_text_.ends_with("\r\n\r\n")) return {};
    head_ = parse_part_head(std::string_view(head_text_).substr(0, head_text_.size() - 2));
    state_ = state::data;
    matched_ = assumed_ = 2;
    return multipart_event::part_begin;
}

} // namespace kinvault::http
