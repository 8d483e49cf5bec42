#include "storage/blob/folder_files.hpp"

#include "crypto/encoding.hpp"
#include "crypto/random.hpp"
#include "storage/blob/folder_paths.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kinvault::blob::folder {

namespace {

/// Bytes after which the disk is set to work, so that the sync at the end has little left to do.
constexpr std::uint64_t push_step = 8 << 20;

handle open_temporaries(std::filesystem::path const& root) {
    auto const top = open_root(root);
    auto folder = open_folder(top, temporaries_name);
    if (!folder && errno == ENOENT) {
        if (::mkdirat(top.get(), temporaries_name, 0700) != 0 && errno != EEXIST)
            fail("make a folder in", root, errno);
        folder = open_folder(top, temporaries_name);
    }
    if (!folder) fail("open .tmp in", root, errno);
    return folder;
}

} // namespace

incoming::incoming(std::filesystem::path root, std::string key)
    : root_(std::move(root))
    , key_(std::move(key))
    , name_(temporary_prefix(key_) + crypto::random_uuid())
    , temporaries_(open_temporaries(root_))
    , file_(::openat(temporaries_.get(), name_.c_str(),
                     O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)) {
    if (!file_) fail("write to", root_, errno);
}

incoming::~incoming() {
    // What cannot be removed is found by `check` when it is a day old.
    if (!gone_) ::unlinkat(temporaries_.get(), name_.c_str(), 0);
}

void incoming::write(std::span<std::uint8_t const> data) {
    for (auto rest = data; !rest.empty();) {
        auto const count = ::write(file_.get(), rest.data(), rest.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail("write to", root_, errno);
        rest = rest.subspan(static_cast<std::size_t>(count));
    }
    size_ += data.size();
    if (size_ - pushed_ >= push_step) {
        // Only begins to write; an error shows in the sync.
        ::sync_file_range(file_.get(), static_cast<off_t>(pushed_),
                          static_cast<off_t>(size_ - pushed_), SYNC_FILE_RANGE_WRITE);
        pushed_ = size_;
    }
}

void incoming::sync() {
    folder::sync(file_, root_);
}

written incoming::commit() {
    sync();
    // Another process may remove the folder, empty until the rename, so try more than once.
    for (int attempt = 0;; ++attempt) {
        auto const way = find_route(root_, key_, true);
        if (way && ::renameat(temporaries_.get(), name_.c_str(), way->folders.back().get(),
                              way->name.c_str()) == 0) {
            gone_ = true;
            // All of them: the one who made a folder may not have synced it yet.
            for (auto step = way->folders.rbegin(); step != way->folders.rend(); ++step)
                folder::sync(*step, root_);
            break;
        }
        if (errno != ENOENT || attempt == 16) fail("rename a file in", root_, errno);
    }
    return {size_, crypto::hex_encode(hash_.finish())};
}

void incoming::discard() {
    if (gone_) return;
    if (::unlinkat(temporaries_.get(), name_.c_str(), 0) != 0 && errno != ENOENT)
        fail("remove an unfinished file in", root_, errno);
    gone_ = true;
}

outgoing::outgoing(std::filesystem::path root, std::string key)
    : root_(std::move(root))
    , key_(std::move(key)) {
    auto const way = find_route(root_, key_, false);
    if (!way) throw blob_missing(key_);
    // Not blocking: for the case that a pipe stands where the file should be.
    file_ = handle(::openat(way->folders.back().get(), way->name.c_str(),
                            O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file_) {
        if (errno == ENOENT || errno == ELOOP || errno == ENXIO) throw blob_missing(key_);
        fail("read from", root_, errno);
    }
    struct stat about {};
    if (::fstat(file_.get(), &about) != 0) fail("read from", root_, errno);
    if (!S_ISREG(about.st_mode)) throw blob_missing(key_);
    size_ = static_cast<std::uint64_t>(about.st_size);
    ::posix_fadvise(file_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
}

void outgoing::read(std::vector<std::uint8_t>& block, std::uint64_t offset,
                    std::size_t length) const {
    block.resize(length);
    for (std::size_t done = 0; done < length;) {
        auto const count = ::pread(file_.get(), block.data() + done, length - done,
                                   static_cast<off_t>(offset + done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail("read from", root_, errno);
        if (count == 0) throw store_error("object " + key_ + " was cut short while it was read");
        done += static_cast<std::size_t>(count);
    }
}

std::optional<std::uint64_t> size(std::filesystem::path const& root, std::string const& key) {
    auto const way = find_route(root, key, false);
    if (!way) return {};
    struct stat about {};
    if (::fstatat(way->folders.back().get(), way->name.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) return {};
        fail("read from", root, errno);
    }
    if (!S_ISREG(about.st_mode)) return {};
    return static_cast<std::uint64_t>(about.st_size);
}

void remove(std::filesystem::path const& root, std::string const& key) {
    auto const way = find_route(root, key, false);
    if (!way) return;
    auto const& folders = way->folders;
    if (::unlinkat(folders.back().get(), way->name.c_str(), 0) != 0 && errno != ENOENT)
        fail("remove a file from", root, errno);
    // Also when it was gone before: whoever removed it may not have got as far as this.
    sync(folders.back(), root);
    std::string_view path(key);
    for (auto level = folders.size() - 1; level > 0; --level) {
        path = path.substr(0, path.rfind('/'));
        std::string const name(path.substr(path.rfind('/') + 1));
        if (::unlinkat(folders[level - 1].get(), name.c_str(), AT_REMOVEDIR) != 0) break;
    }
}

} // namespace kinvault::blob::folder
