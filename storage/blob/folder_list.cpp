// What lies in the folder: listing it in the order of keys, and the check at the start.
#include "storage/blob/folder_files.hpp"
#include "storage/blob/folder_paths.hpp"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kinvault::blob::folder {

namespace {

constexpr std::time_t leftover_age = 24 * 60 * 60; ///< seconds

struct directory_close {
    void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

struct found {
    std::string name; ///< a folder's ends in '/', which puts it in its place among the keys
    bool is_folder = false;
    std::uint64_t size = 0;
    std::time_t modified = 0;
};

/// The files and folders in `folder`, in the order of keys. Takes the handle's place in the folder.
std::vector<found> contents(handle const& folder, std::filesystem::path const& root) {
    int const copy = ::fcntl(folder.get(), F_DUPFD_CLOEXEC, 0);
    std::unique_ptr<DIR, directory_close> directory(copy < 0 ? nullptr : ::fdopendir(copy));
    if (!directory) {
        int const error = errno;
        if (copy >= 0) ::close(copy);
        fail("list", root, error);
    }
    std::vector<found> all;
    for (errno = 0; auto const* item = ::readdir(directory.get()); errno = 0) {
        std::string name(item->d_name);
        if (name == "." || name == "..") continue;
        struct stat about {};
        // What another process has removed meanwhile is not there.
        if (::fstatat(folder.get(), item->d_name, &about, AT_SYMLINK_NOFOLLOW) != 0) continue;
        bool const is_folder = S_ISDIR(about.st_mode);
        if (!is_folder && !S_ISREG(about.st_mode)) continue;
        if (is_folder) name += '/';
        all.push_back({std::move(name), is_folder, static_cast<std::uint64_t>(about.st_size),
                       about.st_mtime});
    }
    if (errno != 0) fail("list", root, errno);
    std::sort(all.begin(), all.end(), [](auto const& a, auto const& b) { return a.name < b.name; });
    return all;
}

class walk {
  public:
    walk(std::filesystem::path const& root, std::string_view after, std::size_t most)
        : root_(root)
        , after_(after)
        , most_(most) {}

    /// Adds the objects below `folder`, whose keys begin with `prefix`.
    void below(handle const& folder, std::string const& prefix) {
        for (auto const& one : contents(folder, root_)) {
            if (result.size() == most_) return;
            auto const key = prefix + one.name;
            if (one.is_folder) {
                // All keys below come before `after` unless it is one of them, or comes before.
                if (key < after_ && !after_.starts_with(key)) continue;
                auto const inner =
                    open_folder(folder, one.name.substr(0, one.name.size() - 1).c_str());
                if (inner && valid_key(key + "x")) below(inner, key);
            } else if (key > after_ && valid_key(key)) {
                result.push_back(
                    {key, one.size, std::chrono::system_clock::from_time_t(one.modified)});
            }
        }
    }

    std::vector<entry> result;

  private:
    std::filesystem::path const& root_;
    std::string_view const after_;
    std::size_t const most_;
};

void remove_leftovers(std::filesystem::path const& root) {
    auto const folder = open_folder(open_root(root), temporaries_name);
    if (!folder) return;
    auto const oldest = std::time(nullptr) - leftover_age;
    std::size_t count = 0;
    for (auto const& one : contents(folder, root)) {
        if (one.is_folder || one.modified >= oldest) continue;
        if (::unlinkat(folder.get(), one.name.c_str(), 0) == 0) ++count;
    }
    if (count > 0)
        spdlog::info("removed {} unfinished files older than a day from {}", count, root.string());
}

/// Makes the folder and those above it. Only the last one is private to the server.
void make_root(std::filesystem::path const& root) {
    std::error_code error;
    if (root.has_parent_path()) std::filesystem::create_directories(root.parent_path(), error);
    if (error) fail("make", root, error.value());
    if (::mkdir(root.c_str(), 0700) != 0 && errno != EEXIST) fail("make", root, errno);
}

} // namespace

std::vector<entry> list(std::filesystem::path const& root, std::string const& after,
                        std::size_t most) {
    walk all(root, after, most);
    all.below(open_root(root), "");
    return std::move(all.result);
}

void remove_unfinished(std::filesystem::path const& root, std::string const& key) {
    auto const folder = open_folder(open_root(root), temporaries_name);
    if (!folder) return;
    auto const prefix = temporary_prefix(key);
    for (auto const& one : contents(folder, root)) {
        if (one.is_folder || !one.name.starts_with(prefix)) continue;
        if (::unlinkat(folder.get(), one.name.c_str(), 0) != 0 && errno != ENOENT)
            fail("remove an unfinished file in", root, errno);
    }
}

void check(std::filesystem::path const& root) {
    make_root(root);
    remove_leftovers(root);
    incoming probe(root, "probe");
    std::uint8_t const byte = 0;
    probe.write({&byte, 1});
    probe.sync();
    probe.discard();
}

} // namespace kinvault::blob::folder
