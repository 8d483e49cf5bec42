// A PostgreSQL connection string, taken apart: which hosts to look up, which settings to add. Used
// by connect.hpp, the pool and the migrations.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kinvault::pg {

class conninfo {
  public:
    /// One place a server may be. `hostaddr` empty means: look `host` up first.
    struct endpoint {
        std::string host;
        std::string hostaddr;
        std::string port;

        /// Whether `host` is a name that the resolver has to turn into an address.
        bool needs_lookup() const;
    };

    conninfo() = default;
    /// A URL (postgresql://, also with a driver as in postgresql+psycopg://) or key=value pairs.
    /// Throws std::invalid_argument; the message never repeats the text, which holds a password.
    explicit conninfo(std::string_view text);

    std::vector<endpoint> const& endpoints() const noexcept { return endpoints_; }
    void endpoints(std::vector<endpoint> looked_up) { endpoints_ = std::move(looked_up); }

    /// The value given for a keyword, or empty.
    std::string_view value(std::string_view keyword) const;
    void set(std::string_view keyword, std::string_view value);
    /// Sets what is not given.
    void set_default(std::string_view keyword, std::string_view value);

    /// Keywords and values for PQconnectStartParams, endpoints included.
    std::vector<std::pair<std::string, std::string>> settings() const;
    /// `host:port/database`, for messages: no user, no password.
    std::string describe() const;

  private:
    std::vector<std::pair<std::string, std::string>> settings_;
    std::vector<endpoint> endpoints_;
};

} // namespace kinvault::pg
