// What a service manager and its service say to each other: readiness and signs of life to systemd
// (sd_notify(3)), listening sockets from it (sd_listen_fds(3)). The protocols are stable and a few
// lines each, so no library is needed for them. Used by the commands; without systemd all is a
// no-op.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kinvault::systemd {

/// Tells the service manager, if there is one, e.g. `READY=1`. Never fails: it is only told.
void notify(std::string_view state);

/// How often a sign of life (`WATCHDOG=1`) is due; nothing when none is expected.
std::optional<std::chrono::milliseconds> watchdog_interval();

/// A listening socket that was open before we were.
struct passed_socket {
    int descriptor;
    std::string name; ///< FileDescriptorName= of its unit
};

/// The sockets passed to this process. They belong to the caller; a second call gives none.
std::vector<passed_socket> take_sockets();

} // namespace kinvault::systemd
