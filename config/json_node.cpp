#include "config/json_node.hpp"

#include "config/catalogue.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace kinvault::config {
namespace json = boost::json;
namespace {

/// Walks a document for members that are given twice: json::parse keeps the last without a word.
struct member_checker {
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);

    std::vector<std::set<std::string>> seen;
    std::string part;
    std::string duplicate;

    using error = json::error_code;
    bool on_document_begin(error&) { return true; }
    bool on_document_end(error&) { return true; }
    bool on_object_begin(error&) {
        seen.emplace_back();
        return true;
    }
    bool on_object_end(std::size_t, error&) {
        seen.pop_back();
        return true;
    }
    bool on_array_begin(error&) { return true; }
    bool on_array_end(std::size_t, error&) { return true; }
    bool on_key_part(json::string_view text, std::size_t, error&) {
        part.append(text.data(), text.size());
        return true;
    }
    bool on_key(json::string_view text, std::size_t, error& ec) {
        part.append(text.data(), text.size());
        bool fresh = seen.back().insert(part).second;
        if (!fresh) {
            duplicate = part;
            ec = json::make_error_code(json::error::extra_data);
        }
        part.clear();
        return fresh;
    }
    bool on_string_part(json::string_view, std::size_t, error&) { return true; }
    bool on_string(json::string_view, std::size_t, error&) { return true; }
    bool on_number_part(json::string_view, error&) { return true; }
    bool on_int64(std::int64_t, json::string_view, error&) { return true; }
    bool on_uint64(std::uint64_t, json::string_view, error&) { return true; }
    bool on_double(double, json::string_view, error&) { return true; }
    bool on_bool(bool, error&) { return true; }
    bool on_null(error&) { return true; }
    bool on_comment_part(json::string_view, error&) { return true; }
    bool on_comment(json::string_view, error&) { return true; }
};

std::string position(std::string_view text, std::size_t offset) {
    auto before = text.substr(0, std::min(offset, text.size()));
    auto line = 1 + std::count(before.begin(), before.end(), '\n');
    auto start = before.rfind('\n');
    auto column = start == std::string_view::npos ? before.size() + 1 : before.size() - start;
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// Fails on malformed JSON and on members given twice, with line and column.
void check_syntax(std::string const& name, std::string const& text) {
    json::basic_parser<member_checker> parser{json::parse_options()};
    json::error_code ec;
    auto used = parser.write_some(false, text.data(), text.size(), ec);
    auto fail = [&](std::string const& what) {
        throw catalogue_error(name + ": " + position(text, used) + ": " + what);
    };
    if (auto const& member = parser.handler().duplicate; !member.empty())
        fail("the member \"" + member + "\" is given twice");
    if (ec) fail("malformed JSON: " + ec.message());
    if (text.find_first_not_of(" \t\r\n", used) != std::string::npos)
        fail("malformed JSON: something follows the end");
}

std::string join(std::initializer_list<std::string_view> words) {
    std::string result;
    for (auto word : words) {
        if (!result.empty()) result += ", ";
        result += word;
    }
    return result;
}

} // namespace

json_file::json_file(std::filesystem::path const& folder, std::string name)
    : name_(std::move(name)) {
    std::ifstream stream(folder / name_, std::ios::binary);
    if (!stream) throw catalogue_error(name_ + ": cannot be read in " + folder.string());
    std::string text(std::istreambuf_iterator<char>(stream), {});
    check_syntax(name_, text);
    json::error_code ec;
    value_ = json::parse(text, ec);
    if (ec) throw catalogue_error(name_ + ": malformed JSON: " + ec.message());
}

void json_node::fail(std::string_view what) const {
    throw catalogue_error(file_ + ": " + path_ + ": " + std::string(what));
}

void json_node::only_members(std::initializer_list<std::string_view> names) const {
    if (!value_->is_object()) fail("is not an object");
    for (auto const& [name, value] : value_->get_object()) {
        std::string_view text(name.data(), name.size());
        if (std::find(names.begin(), names.end(), text) == names.end())
            json_node(value, file_, path_ + "." + std::string(text))
                .fail("is unknown (known are: " + join(names) + ")");
    }
}

json_node json_node::member(std::string_view name) const {
    if (!value_->is_object()) fail("is not an object");
    auto const* value = value_->get_object().if_contains(json::string_view(name));
    auto path = path_ + "." + std::string(name);
    if (!value) json_node(*value_, file_, path).fail("is missing");
    return {*value, file_, path};
}

std::optional<json_node> json_node::optional_member(std::string_view name) const {
    if (!value_->is_object()) fail("is not an object");
    auto const* value = value_->get_object().if_contains(json::string_view(name));
    if (!value || value->is_null()) return std::nullopt;
    return json_node(*value, file_, path_ + "." + std::string(name));
}

std::vector<json_node> json_node::items() const {
    if (!value_->is_array()) fail("is not a list");
    std::vector<json_node> result;
    for (auto const& value : value_->get_array())
        result.emplace_back(value, file_, path_ + "[" + std::to_string(result.size()) + "]");
    return result;
}

std::vector<std::pair<std::string, json_node>> json_node::members() const {
    if (!value_->is_object()) fail("is not an object");
    std::vector<std::pair<std::string, json_node>> result;
    for (auto const& [key, value] : value_->get_object()) {
        std::string name(key.data(), key.size());
        result.emplace_back(name, json_node(value, file_, path_ + "." + name));
    }
    return result;
}

std::string json_node::text(std::size_t longest) const {
    if (!value_->is_string()) fail("is not a text");
    auto const& string = value_->get_string();
    if (string.empty()) fail("is empty");
    auto control = [](unsigned char c) { return (c < 0x20 && c != '\n') || c == 0x7f; };
    if (std::any_of(string.begin(), string.end(), control)) fail("has a control character");
    // Characters, not bytes: PostgreSQL's varchar(n) counts so too.
    auto starts = [](unsigned char c) { return (c & 0xc0) != 0x80; };
    if (std::size_t(std::count_if(string.begin(), string.end(), starts)) > longest)
        fail("is longer than " + std::to_string(longest) + " characters");
    return {string.data(), string.size()};
}

std::string json_node::key(std::size_t longest) const {
    auto result = text(longest);
    if (result.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string::npos)
        fail("\"" + result + "\" is not a key of a-z, 0-9 and _");
    return result;
}

std::string json_node::word(std::initializer_list<std::string_view> words) const {
    auto result = text();
    if (std::find(words.begin(), words.end(), result) == words.end())
        fail("\"" + result + "\" is not one of: " + join(words));
    return result;
}

bool json_node::flag() const {
    if (!value_->is_bool()) fail("is not true or false");
    return value_->get_bool();
}

void json_node::unique(std::set<std::string>& seen, std::string const& name) const {
    if (!seen.insert(name).second) fail("\"" + name + "\" is given twice");
}

} // namespace kinvault::config
