// parse_document: Boost.JSON's parser with a handler of our own, as its tree keeps the last of two
// members of one name without a word.
#include "domain/schema/read.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <algorithm>
#include <cmath>

namespace kinvault::schema {

namespace {

/// Nesting and size beyond any document of the contract; the body limit bounds the rest.
constexpr std::size_t deepest = 32;
constexpr std::size_t most_members = 100'000;

class document_handler {
  public:
    static constexpr std::size_t max_object_size = most_members;
    static constexpr std::size_t max_array_size = most_members;
    static constexpr std::size_t max_key_size = 1 << 20;
    static constexpr std::size_t max_string_size = std::size_t(1) << 30;

    json::value_stack stack;
    std::string problem;

    document_handler() { stack.reset(); }

    bool on_document_begin(json::error_code&) { return true; }
    bool on_document_end(json::error_code&) { return true; }
    bool on_array_begin(json::error_code&) { return true; }
    bool on_array_end(std::size_t n, json::error_code&) {
        stack.push_array(n);
        return true;
    }
    bool on_object_begin(json::error_code&) {
        levels_.push_back(keys_.size());
        return true;
    }
    bool on_object_end(std::size_t n, json::error_code& ec) {
        auto const from = keys_.begin() + static_cast<std::ptrdiff_t>(levels_.back());
        std::sort(from, keys_.end());
        if (auto const twice = std::adjacent_find(from, keys_.end()); twice != keys_.end()) {
            problem = "Duplicate member name";
            ec = json::error::syntax;
            return false;
        }
        keys_.erase(from, keys_.end());
        levels_.pop_back();
        stack.push_object(n);
        return true;
    }
    bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
        key_.append(part.data(), part.size());
        stack.push_chars(part);
        return true;
    }
    bool on_key(json::string_view part, std::size_t, json::error_code&) {
        key_.append(part.data(), part.size());
        keys_.push_back(std::move(key_));
        key_.clear();
        stack.push_key(part);
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
        stack.push_chars(part);
        return true;
    }
    bool on_string(json::string_view part, std::size_t, json::error_code&) {
        stack.push_string(part);
        return true;
    }
    bool on_number_part(json::string_view, json::error_code&) { return true; }
    bool on_int64(std::int64_t i, json::string_view, json::error_code&) {
        stack.push_int64(i);
        return true;
    }
    bool on_uint64(std::uint64_t u, json::string_view, json::error_code&) {
        stack.push_uint64(u);
        return true;
    }
    bool on_double(double d, json::string_view, json::error_code& ec) {
        if (!std::isfinite(d)) {
            problem = "Number out of range";
            ec = json::error::syntax;
            return false;
        }
        stack.push_double(d);
        return true;
    }
    bool on_bool(bool b, json::error_code&) {
        stack.push_bool(b);
        return true;
    }
    bool on_null(json::error_code&) {
        stack.push_null();
        return true;
    }
    bool on_comment_part(json::string_view, json::error_code&) { return true; }
    bool on_comment(json::string_view, json::error_code&) { return true; }

  private:
    std::vector<std::string> keys_;   ///< of all objects that are open
    std::vector<std::size_t> levels_; ///< where the keys of each begin
    std::string key_;
};

[[noreturn]] void malformed(std::string_view text, std::size_t offset, std::string const& problem) {
    auto const characters = count_characters(text.substr(0, std::min(offset, text.size())));
    throw domain::invalid_input(std::vector<domain::fault>{{"json_invalid",
                                                            {"body", characters},
                                                            "JSON decode error",
                                                            json::object(),
                                                            {{"error", problem}}}});
}

} // namespace

json::value parse_document(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    json::parse_options options;
    options.max_depth = deepest;
    json::basic_parser<document_handler> parser(options);
    json::error_code error;
    auto const consumed = parser.write_some(false, text.data(), text.size(), error);
    if (error) {
        auto const& own = parser.handler().problem;
        malformed(text, consumed, own.empty() ? error.message() : own);
    }
    if (text.find_first_not_of(" \t\r\n", consumed) != std::string_view::npos) {
        malformed(text, consumed, "Extra data");
    }
    return parser.handler().stack.release();
}

} // namespace kinvault::schema
