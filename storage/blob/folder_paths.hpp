// How the folder store finds its way from the root to a file, and what it says when the system says
// no. Used by folder_files.cpp and folder_list.cpp.
#pragma once

#include "storage/blob/folder_files.hpp"

#include <string_view>
#include <vector>

namespace kinvault::blob::folder {

/// Unfinished files live here, below the root: no key begins with it.
inline constexpr char temporaries_name[] = ".tmp";

/// How the names of a key's unfinished files begin.
std::string temporary_prefix(std::string_view key);

/// Throws store_error: what could not be done where, why, and what to do about it.
[[noreturn]] void fail(std::string_view action, std::filesystem::path const& where, int error);

/// The root folder, open. It is opened for each call: a disk that was mounted anew is found.
handle open_root(std::filesystem::path const& root);

/// The folder `name` in `parent`; an empty handle, with errno, when there is none.
handle open_folder(handle const& parent, char const* name);

/// The folders from the root to the one that holds the object, and the object's name in it.
struct route {
    std::vector<handle> folders;
    std::string name;
};

/// Empty when a folder on the way is missing. With `make` missing ones are made, and it is only
/// empty when another process removes them at the same time.
std::optional<route> find_route(std::filesystem::path const& root, std::string_view key, bool make);

void sync(handle const& file, std::filesystem::path const& root);

} // namespace kinvault::blob::folder
