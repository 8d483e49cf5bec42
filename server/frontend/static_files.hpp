// A static build of the web frontend: files with their types, ETags and ranges, and index.html for
// the addresses that only its own router knows. Used when FRONTEND names a folder.
#pragma once

#include "server/http/frontend.hpp"

#include <filesystem>

namespace kinvault {
class workers;
}

namespace kinvault::web {

class static_files final : public http::frontend {
  public:
    /// Files are read on `pool`. Throws std::runtime_error with one clear line when `root` is no
    /// folder with an index.html.
    static_files(std::filesystem::path const& root, workers& pool);

    task<http::response> handle(http::exchange& request,
                                http::client_identity const& client) override;
    bool secures_itself() const override { return false; }

  private:
    std::filesystem::path root_; ///< canonical
    workers& pool_;
};

/// The media type for a file's name, by its extension.
std::string_view type_of_file(std::string_view name);
/// Does the name hold a hash of the content, as bundlers write it (`index-BxK3q9Zf.js`)? Such a
/// file never changes.
bool has_hash(std::string_view name);

} // namespace kinvault::web
