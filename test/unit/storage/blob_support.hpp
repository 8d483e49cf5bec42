// What the tests of blob stores share: a folder of their own, a loop with workers, and short ways
// to put and get whole objects.
#pragma once

#include "storage/blob/store.hpp"
#include "storage/workers.hpp"

#include <boost/asio/co_spawn.hpp>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

namespace kinvault::blob::test {

/// A folder that is removed with all in it.
class temporary_folder {
  public:
    temporary_folder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "kinvault-blob-XXXXXX").string();
        if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
        path_ = name;
    }
    ~temporary_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    temporary_folder(temporary_folder const&) = delete;
    temporary_folder& operator=(temporary_folder const&) = delete;

    std::filesystem::path const& path() const noexcept { return path_; }

  private:
    std::filesystem::path path_;
};

/// Runs the coroutine that `body()` gives, and all it leaves behind, to the end; rethrows.
template <class Body>
void run(asio::io_context& loop, Body body) {
    std::exception_ptr error;
    asio::co_spawn(loop, body(), [&](std::exception_ptr thrown) { error = thrown; });
    loop.restart();
    loop.run();
    if (error) std::rethrow_exception(error);
}

inline std::vector<std::uint8_t> bytes(std::size_t size, unsigned seed = 1) {
    std::vector<std::uint8_t> result(size);
    for (auto& byte : result)
        byte = static_cast<std::uint8_t>((seed = seed * 1664525 + 1013904223) >> 24);
    return result;
}

// Keys come as views: g++ 12 does not bear the temporary string of a literal inside an await.

/// Writes in pieces of `step` bytes.
inline task<written> put(store& place, std::string_view name, std::span<std::uint8_t const> data,
                         std::size_t step = 100'000) {
    std::string key(name);
    auto out = co_await place.create(std::move(key));
    while (!data.empty()) {
        auto const piece = data.first(std::min(step, data.size()));
        co_await out->write(piece);
        data = data.subspan(piece.size());
    }
    auto result = co_await out->finish();
    co_return result;
}

/// Reads in pieces of at most `step` bytes.
inline task<std::vector<std::uint8_t>> get(store& place, std::string_view name,
                                           std::optional<byte_range> range = {},
                                           std::size_t step = 100'000) {
    std::string key(name);
    auto in = co_await place.open(std::move(key), range);
    std::vector<std::uint8_t> result, piece(step);
    std::span<std::uint8_t> const into(piece);
    for (;;) {
        auto const count = co_await in->read_some(into);
        if (count == 0) break;
        result.insert(result.end(), piece.begin(),
                      piece.begin() + static_cast<std::ptrdiff_t>(count));
    }
    co_return result;
}

inline task<std::unique_ptr<writer>> create(store& place, std::string_view name) {
    std::string key(name);
    auto result = co_await place.create(std::move(key));
    co_return result;
}

inline task<std::unique_ptr<reader>> open(store& place, std::string_view name,
                                          std::optional<byte_range> range = {}) {
    std::string key(name);
    auto result = co_await place.open(std::move(key), range);
    co_return result;
}

inline task<std::optional<std::uint64_t>> size(store& place, std::string_view name) {
    std::string key(name);
    auto result = co_await place.size(std::move(key));
    co_return result;
}

inline task<> remove(store& place, std::string_view name) {
    std::string key(name);
    co_await place.remove(std::move(key));
}

inline task<std::vector<entry>> list(store& place, std::string_view after, std::size_t most) {
    std::string from(after);
    auto result = co_await place.list(std::move(from), most);
    co_return result;
}

} // namespace kinvault::blob::test
