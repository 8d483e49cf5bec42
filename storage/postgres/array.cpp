#include "storage/postgres/array.hpp"

#include <cstddef>
#include <stdexcept>
#include <utility>

namespace kinvault::pg {

namespace {

/// What PostgreSQL's array_isspace() takes for white space.
bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

bool is_null_word(std::string_view word) {
    return word.size() == 4 && (word[0] | 0x20) == 'n' && (word[1] | 0x20) == 'u' &&
           (word[2] | 0x20) == 'l' && (word[3] | 0x20) == 'l';
}

class array_reader {
  public:
    explicit array_reader(std::string_view text) : text_(text) {}

    std::vector<std::optional<std::string>> read() {
        std::vector<std::optional<std::string>> elements;
        skip_bounds();
        expect('{');
        skip_space();
        if (peek() == '}') {
            ++at_;
        } else {
            do {
                elements.push_back(element());
            } while (another());
        }
        skip_space();
        if (at_ != text_.size()) fail();
        return elements;
    }

  private:
    [[noreturn]] static void fail() { throw std::invalid_argument("malformed array literal"); }

    char peek() const {
        if (at_ == text_.size()) fail();
        return text_[at_];
    }

    void skip_space() {
        while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    }

    void expect(char c) {
        skip_space();
        if (peek() != c) fail();
        ++at_;
    }

    /// Arrays that do not begin at 1 are printed with their bounds: `[0:1]={a,b}`.
    void skip_bounds() {
        skip_space();
        if (peek() != '[') return;
        auto const equals = text_.find('=', at_);
        if (equals == std::string_view::npos || text_[equals - 1] != ']') fail();
        at_ = equals + 1;
    }

    bool another() {
        skip_space();
        char const c = peek();
        ++at_;
        if (c == ',') return true;
        if (c != '}') fail();
        return false;
    }

    std::optional<std::string> element() {
        skip_space();
        return peek() == '"' ? quoted() : bare();
    }

    std::optional<std::string> quoted() {
        std::string value;
        for (++at_; peek() != '"'; ++at_) {
            if (text_[at_] == '\\') ++at_;
            value.push_back(peek());
        }
        ++at_;
        return value;
    }

    std::optional<std::string> bare() {
        std::string value;
        std::size_t kept = 0; // up to the last character that is not trailing space
        bool escaped = false;
        for (char c = peek(); c != ',' && c != '}'; c = peek()) {
            if (c == '{' || c == '"') fail();
            if (c == '\\') {
                ++at_;
                c = peek();
                escaped = true;
                kept = value.size() + 1;
            }
            value.push_back(c);
            if (!is_space(c)) kept = value.size();
            ++at_;
        }
        value.resize(kept);
        if (value.empty()) fail();
        if (!escaped && is_null_word(value)) return std::nullopt;
        return value;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

} // namespace

void array_writer::add(std::string_view element) {
    if (text_.size() > 1) text_.push_back(',');
    text_.push_back('"');
    for (char const c : element) {
        if (c == '"' || c == '\\') text_.push_back('\\');
        text_.push_back(c);
    }
    text_.push_back('"');
}

void array_writer::add_null() {
    text_.append(text_.size() > 1 ? ",NULL" : "NULL");
}

std::string array_writer::take() {
    text_.push_back('}');
    return std::exchange(text_, "{");
}

std::vector<std::optional<std::string>> parse_array(std::string_view literal) {
    return array_reader(literal).read();
}

} // namespace kinvault::pg
