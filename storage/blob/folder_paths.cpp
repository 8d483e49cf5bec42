#include "storage/blob/folder_paths.hpp"

#include "crypto/digest.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace kinvault::blob::folder {

namespace {

std::string_view advice(int error) noexcept {
    switch (error) {
    case ENOSPC:
    case EDQUOT:
        return "; free some space there, or move BLOB_DIR to a larger disk";
    case EACCES:
    case EPERM:
        return "; the server's user must own this folder (setting BLOB_DIR)";
    case EROFS:
        return "; mount this disk for writing, or choose another folder with BLOB_DIR";
    case ENOENT:
    case ENOTDIR:
        return "; is the disk of BLOB_DIR mounted?";
    case EIO:
        return "; check this disk";
    case EMFILE:
    case ENFILE:
        return "; raise the limit on open files";
    default:
        return "";
    }
}

} // namespace

handle::~handle() {
    if (fd_ >= 0) ::close(fd_);
}

std::string temporary_prefix(std::string_view key) {
    // A key may be longer than a name, and has slashes.
    return crypto::sha256_hex(key).substr(0, 32) + ".";
}

void fail(std::string_view action, std::filesystem::path const& where, int error) {
    std::string text("cannot ");
    text += action;
    text += " the blob folder " + where.string() + ": ";
    text += std::generic_category().message(error);
    text += advice(error);
    throw store_error(text);
}

handle open_root(std::filesystem::path const& root) {
    // The root itself may be reached through symbolic links: the operator chose it.
    handle folder(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder) fail("open", root, errno);
    return folder;
}

handle open_folder(handle const& parent, char const* name) {
    return handle(::openat(parent.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

std::optional<route> find_route(std::filesystem::path const& root, std::string_view key,
                                bool make) {
    route way;
    way.folders.push_back(open_root(root));
    for (auto slash = key.find('/'); slash != key.npos; slash = key.find('/')) {
        std::string const name(key.substr(0, slash));
        key.remove_prefix(slash + 1);
        auto const& parent = way.folders.back();
        if (make && ::mkdirat(parent.get(), name.c_str(), 0700) != 0 && errno != EEXIST) {
            if (errno == ENOENT) return {}; // the parent is gone
            fail("make a folder in", root, errno);
        }
        auto next = open_folder(parent, name.c_str());
        if (!next) {
            // A symbolic link or a file in the place of a folder: nothing of ours is behind it.
            bool const absent = errno == ENOENT || (!make && (errno == ENOTDIR || errno == ELOOP));
            if (absent) return {};
            fail("open a folder in", root, errno);
        }
        way.folders.push_back(std::move(next));
    }
    way.name = key;
    return way;
}

void sync(handle const& file, std::filesystem::path const& root) {
    if (::fsync(file.get()) != 0) fail("sync a file in", root, errno);
}

} // namespace kinvault::blob::folder
