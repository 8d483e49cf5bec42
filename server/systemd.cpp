#include "server/systemd.hpp"

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace kinvault::systemd {

namespace {

/// The first descriptor that is passed (SD_LISTEN_FDS_START).
constexpr int first_socket = 3;
constexpr long most_sockets = 64;

std::optional<long> number_of(char const* variable) {
    char const* const text = std::getenv(variable);
    if (!text) return std::nullopt;
    long value = 0;
    auto const* const end = text + std::strlen(text);
    auto const [stop, error] = std::from_chars(text, end, value);
    if (stop != end || error != std::errc{}) return std::nullopt;
    return value;
}

std::vector<std::string> names() {
    std::vector<std::string> found;
    char const* const text = std::getenv("LISTEN_FDNAMES");
    std::string_view rest = text ? text : "";
    while (!rest.empty()) {
        auto const name = rest.substr(0, rest.find(':'));
        found.emplace_back(name);
        rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    }
    return found;
}

} // namespace

void notify(std::string_view state) {
    char const* const path = std::getenv("NOTIFY_SOCKET");
    if (!path || (path[0] != '/' && path[0] != '@')) return;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::size_t const length = std::strlen(path);
    if (length >= sizeof address.sun_path) return;
    std::memcpy(address.sun_path, path, length);
    // An abstract address begins with a NUL.
    if (path[0] == '@') address.sun_path[0] = '\0';
    int const out = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (out < 0) return;
    auto const size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    auto const* const to = reinterpret_cast<sockaddr const*>(&address);
    ::sendto(out, state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT, to, size);
    ::close(out);
}

std::optional<std::chrono::milliseconds> watchdog_interval() {
    auto const allowed = number_of("WATCHDOG_USEC");
    if (!allowed || *allowed <= 0) return std::nullopt;
    // Three signs in the time in which one is expected.
    return std::chrono::milliseconds(std::max(1L, *allowed / 3000));
}

std::vector<passed_socket> take_sockets() {
    std::vector<passed_socket> found;
    auto const count = number_of("LISTEN_FDS");
    if (count && *count > 0 && *count <= most_sockets && number_of("LISTEN_PID") == ::getpid()) {
        auto const called = names();
        for (int i = 0; i < static_cast<int>(*count); ++i) {
            auto const at = static_cast<std::size_t>(i);
            ::fcntl(first_socket + i, F_SETFD, FD_CLOEXEC);
            found.push_back({first_socket + i, at < called.size() ? called[at] : std::string()});
        }
    }
    for (auto const* variable : {"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"})
        ::unsetenv(variable);
    return found;
}

} // namespace kinvault::systemd
