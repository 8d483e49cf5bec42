#include "server/frontend/static_files.hpp"

#include "server/http/range.hpp"
#include "storage/workers.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace kinvault::web {

namespace {

namespace fs = std::filesystem;

/// Files up to this size are read when they are opened; larger ones in pieces of a reader's size.
constexpr std::uint64_t read_at_once = 64 * 1024;

class descriptor {
  public:
    explicit descriptor(int number) : number_(number) {}
    descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    descriptor& operator=(descriptor&&) = delete;
    ~descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    int get() const { return number_; }

  private:
    int number_;
};

struct web_file {
    std::shared_ptr<descriptor> handle;
    std::string name; ///< with its folders
    std::uint64_t size = 0;
    std::string etag;
    std::string modified; ///< as Last-Modified has it
    std::string content;  ///< of small files
};

std::size_t read_at(int handle, std::span<std::uint8_t> into, std::uint64_t offset) {
    for (;;) {
        auto const count = ::pread(handle, into.data(), into.size(), static_cast<::off_t>(offset));
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "read");
    }
}

/// Hidden files (.git, .env) are none of anybody's business; `.well-known` is (RFC 8615).
bool is_hidden(std::string_view path) {
    while (!path.empty()) {
        auto const segment = path.substr(0, path.find('/'));
        if (segment.starts_with('.') && segment != ".well-known") return true;
        path.remove_prefix(std::min(path.size(), segment.size() + 1));
    }
    return false;
}

bool is_below(fs::path const& root, fs::path const& file) {
    auto const [end, rest] = std::mismatch(root.begin(), root.end(), file.begin(), file.end());
    return end == root.end();
}

/// A regular file below the root, wherever symbolic links lead; nothing for anything else.
std::optional<web_file> open_below(fs::path const& root, std::string const& name) {
    std::error_code error;
    auto const path = fs::canonical(root / name, error);
    if (error || !is_below(root, path) || !fs::is_regular_file(path, error)) return std::nullopt;
    descriptor handle(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat status;
    if (handle.get() < 0 || ::fstat(handle.get(), &status) != 0 || !S_ISREG(status.st_mode))
        return std::nullopt;
    web_file found;
    found.name = name;
    found.size = static_cast<std::uint64_t>(status.st_size);
    char text[64];
    std::snprintf(text, sizeof text, "\"%llx-%llx%08lx\"",
                  static_cast<unsigned long long>(found.size),
                  static_cast<unsigned long long>(status.st_mtim.tv_sec), status.st_mtim.tv_nsec);
    found.etag = text;
    std::tm parts;
    gmtime_r(&status.st_mtim.tv_sec, &parts);
    std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    found.modified = text;
    found.handle = std::make_shared<descriptor>(std::move(handle));
    if (found.size <= read_at_once) {
        found.content.resize(static_cast<std::size_t>(found.size));
        auto* const bytes = reinterpret_cast<std::uint8_t*>(found.content.data());
        found.content.resize(read_at(found.handle->get(), {bytes, found.content.size()}, 0));
        found.size = found.content.size();
    }
    return found;
}

/// Is this the address of a page, not of one of its parts? Those have an extension.
bool is_page(std::string_view path) {
    return path.substr(path.rfind('/') + 1).find('.') == std::string_view::npos;
}

/// The file for a path that begins with a slash: itself, the page of that name, the page of that
/// folder, and for addresses within the application its one page.
std::optional<web_file> find_file(fs::path const& root, std::string path) {
    path.erase(0, path.find_first_not_of('/'));
    if (is_hidden(path)) return std::nullopt;
    bool const folder = path.empty() || path.ends_with('/');
    if (!folder) {
        if (auto found = open_below(root, path)) return found;
        if (!is_page(path)) return std::nullopt;
        if (auto found = open_below(root, path + ".html")) return found;
    }
    if (auto found = open_below(root, path + (folder ? "" : "/") + "index.html")) return found;
    return open_below(root, "index.html");
}

/// A file, or a part of it.
class file_pieces final : public http::body_stream {
  public:
    file_pieces(std::shared_ptr<descriptor> handle, std::uint64_t first, workers& pool)
        : handle_(std::move(handle))
        , at_(first)
        , pool_(pool) {}

    task<std::size_t> read_some(std::span<std::uint8_t> into) override {
        auto read = [handle = handle_, into, at = at_] { return read_at(handle->get(), into, at); };
        auto const count = co_await pool_.run(std::move(read));
        at_ += count;
        co_return count;
    }

  private:
    std::shared_ptr<descriptor> handle_;
    std::uint64_t at_;
    workers& pool_;
};

bool unchanged(http::request_head const& head, web_file const& file) {
    if (head.field("If-None-Match")) return http::none_match(head, file.etag);
    return head.field_or_empty("If-Modified-Since") == file.modified;
}

http::response answer_with(web_file file, http::request_head const& head, workers& pool) {
    http::response reply(200);
    reply.set("ETag", file.etag);
    reply.set("Last-Modified", file.modified);
    reply.set("Cache-Control",
              has_hash(file.name) ? "public, max-age=31536000, immutable" : "no-cache");
    if (unchanged(head, file)) {
        reply.status = 304;
        return reply;
    }
    reply.content_type = type_of_file(file.name);
    reply.set("Accept-Ranges", "bytes");
    auto const range = http::read_range(head, file.size, file.etag);
    std::uint64_t first = 0, length = file.size;
    if (range.what == http::range_request::kind::unsatisfiable) {
        auto refusal = http::response::error(416, "Range Not Satisfiable");
        refusal.set("Content-Range", "bytes */" + std::to_string(file.size));
        return refusal;
    }
    if (range.what == http::range_request::kind::part) {
        first = range.first;
        length = range.length;
        reply.status = 206;
        reply.set("Content-Range", "bytes " + std::to_string(first) + "-" +
                                       std::to_string(first + length - 1) + "/" +
                                       std::to_string(file.size));
    }
    if (file.size <= read_at_once) {
        reply.body = file.content.substr(first, length);
    } else {
        reply.stream = std::make_unique<file_pieces>(std::move(file.handle), first, pool);
        reply.stream_length = length;
    }
    return reply;
}

} // namespace

static_files::static_files(fs::path const& root, workers& pool) : pool_(pool) {
    std::error_code error;
    root_ = fs::canonical(root, error);
    if (error) {
        throw std::runtime_error("FRONTEND: cannot use " + root.string() + ": " + error.message());
    }
    if (!fs::is_regular_file(root_ / "index.html", error)) {
        throw std::runtime_error("FRONTEND: " + root.string() + " has no index.html");
    }
}

task<http::response> static_files::handle(http::exchange& request, http::client_identity const&) {
    auto const& head = request.head;
    if (head.verb != http::method::get && head.verb != http::method::head) {
        auto refusal = http::response::error(405, "Method Not Allowed");
        refusal.set("Allow", "GET, HEAD");
        co_return refusal;
    }
    auto look = [root = root_, path = head.path] { return find_file(root, path); };
    auto found = co_await pool_.run(std::move(look));
    if (!found) co_return http::response::error(404, "Not Found");
    co_return answer_with(std::move(*found), head, pool_);
}

std::string_view type_of_file(std::string_view name) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 29> types{{
        {"html", "text/html; charset=utf-8"},
        {"htm", "text/html; charset=utf-8"},
        {"js", "text/javascript; charset=utf-8"},
        {"mjs", "text/javascript; charset=utf-8"},
        {"css", "text/css; charset=utf-8"},
        {"txt", "text/plain; charset=utf-8"},
        {"md", "text/markdown; charset=utf-8"},
        {"csv", "text/csv; charset=utf-8"},
        {"json", "application/json"},
        {"map", "application/json"},
        {"webmanifest", "application/manifest+json"},
        {"xml", "application/xml"},
        {"wasm", "application/wasm"},
        {"pdf", "application/pdf"},
        {"svg", "image/svg+xml"},
        {"png", "image/png"},
        {"jpg", "image/jpeg"},
        {"jpeg", "image/jpeg"},
        {"gif", "image/gif"},
        {"webp", "image/webp"},
        {"avif", "image/avif"},
        {"ico", "image/x-icon"},
        {"woff", "font/woff"},
        {"woff2", "font/woff2"},
        {"ttf", "font/ttf"},
        {"otf", "font/otf"},
        {"mp3", "audio/mpeg"},
        {"mp4", "video/mp4"},
        {"webm", "video/webm"},
    }};
    auto const file = name.substr(name.rfind('/') + 1);
    auto const dot = file.rfind('.');
    if (dot != std::string_view::npos) {
        auto const extension = file.substr(dot + 1);
        for (auto const& [ending, type] : types)
            if (http::equal_ignoring_case(ending, extension)) return type;
    }
    return "application/octet-stream";
}

bool has_hash(std::string_view name) {
    auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
    auto const is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    auto const is_hash = [&](std::string_view part) {
        auto const fits = [&](char c) { return is_digit(c) || is_letter(c) || c == '_'; };
        // A date has no letters, `1024x1024` has one.
        return part.size() >= 8 && std::all_of(part.begin(), part.end(), fits) &&
               std::any_of(part.begin(), part.end(), is_digit) &&
               std::count_if(part.begin(), part.end(), is_letter) > 1;
    };
    auto file = name.substr(name.rfind('/') + 1);
    auto const dot = file.rfind('.');
    if (dot == std::string_view::npos || type_of_file(file).starts_with("text/html")) return false;
    // The part before the first separator is a name, and what is behind the last dot a type.
    file = file.substr(0, dot);
    for (auto at = file.find_first_of(".-"); at != std::string_view::npos;
         at = file.find_first_of(".-", at + 1)) {
        auto const end = std::min(file.find_first_of(".-", at + 1), file.size());
        if (is_hash(file.substr(at + 1, end - at - 1))) return true;
    }
    return false;
}

} // namespace kinvault::web
