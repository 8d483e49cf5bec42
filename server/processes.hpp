// `--processes N`: several event loops that share the port, each a process of its own. Used by the
// command `serve`.
#pragma once

#include <cstdint>
#include <functional>

namespace kinvault {

/// Forks `count` workers that run `work` and keeps them running: one that dies is replaced, after a
/// pause when it died young. SIGTERM and SIGINT go to all of them; gives 0 once they have ended.
int supervise(std::uint32_t count, std::function<int()> const& work);

} // namespace kinvault
