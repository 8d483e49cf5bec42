// The version of an item, by which a client says what it has seen before it changes or archives it:
// two tabs cannot overwrite each other unseen. Used by the services of items and trash, and by the
// routes, to which a version is an ETag.
//
// It names all that GET shows of an item: name, notes, values, whether it is archived (each write
// of those moves updated_at), and its files with their names. What belongs to an item without being
// shown in it, such as contacts, coverage or links, is not part of it.
#pragma once

#include "domain/items/schema.hpp"
#include "storage/postgres/session.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kinvault::domain::items {

/// Letters, digits and dashes; equal for equal items only.
std::string version_of(item const& shown);

/// The versions under which a change is wanted; one of them has to be the item's. "*" is any.
struct expected_versions {
    std::vector<std::string> versions;
    bool allow(std::string const& current) const {
        return std::any_of(versions.begin(), versions.end(),
                           [&](auto const& one) { return one == "*" || one == current; });
    }
};
/// Without one, a change is wanted whatever the item has become.
using precondition = std::optional<expected_versions>;

/// The item is not what it was expected to be: 412.
class version_mismatch : public std::exception {
  public:
    explicit version_mismatch(item current) : current_(std::move(current)) {}
    item const& current() const noexcept { return current_; }
    char const* what() const noexcept override { return "Item has changed"; }

  private:
    item current_;
};

/// What a client gets that expected another item: the item as it is, and a text that says so.
struct changed_item : item {
    std::string detail;
};
BOOST_DESCRIBE_STRUCT(changed_item, (item), (detail))

} // namespace kinvault::domain::items
