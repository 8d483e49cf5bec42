// A strict reader of the JSON files an operator edits: every fault is one line with the file's name
// and the path of the member, e.g. `categories.json: $.categories[1].icon: is missing`.
// Used by the catalogue only.
#pragma once

#include <boost/json/value.hpp>

#include <filesystem>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace kinvault::config {

/// One value of a parsed file together with where it stands. Refers to the json_file it came from
/// and must not outlive it. All members throw catalogue_error.
class json_node {
  public:
    json_node(boost::json::value const& value, std::string file, std::string path)
        : value_(&value)
        , file_(std::move(file))
        , path_(std::move(path)) {}

    /// Throws "<file>: <path>: <what>".
    [[noreturn]] void fail(std::string_view what) const;

    /// Fails unless this is an object that has no other members than these.
    void only_members(std::initializer_list<std::string_view> names) const;
    /// The member `name`; fails when there is none.
    json_node member(std::string_view name) const;
    /// The member `name`; nothing when it is missing or null.
    std::optional<json_node> optional_member(std::string_view name) const;
    std::vector<json_node> items() const;
    /// Names and values of an object, in the order of the file.
    std::vector<std::pair<std::string, json_node>> members() const;

    bool is_text() const { return value_->is_string(); }
    /// A text of 1 to `longest` characters, without control characters other than line feeds.
    std::string text(std::size_t longest = 255) const;
    /// A text of a-z, 0-9 and `_`, at most `longest` long: what goes into the database as a key.
    std::string key(std::size_t longest) const;
    /// One of these words.
    std::string word(std::initializer_list<std::string_view> words) const;
    bool flag() const;

    /// Fails when `name` was seen before in `seen`, else remembers it.
    void unique(std::set<std::string>& seen, std::string const& name) const;

  private:
    boost::json::value const* value_;
    std::string file_;
    std::string path_;
};

/// A parsed file. Malformed JSON and a member that is given twice are faults.
class json_file {
  public:
    /// Reads `folder / name`; throws catalogue_error.
    json_file(std::filesystem::path const& folder, std::string name);
    json_node root() const { return {value_, name_, "$"}; }

  private:
    std::string name_;
    boost::json::value value_;
};

} // namespace kinvault::config
