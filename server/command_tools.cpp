#include "server/command_tools.hpp"

#include <spdlog/spdlog.h>

#include <cstdio>

namespace kinvault::commands {

int complain(std::vector<std::string> const& problems) {
    for (auto const& problem : problems) std::fprintf(stderr, "kinvault: %s\n", problem.c_str());
    return problems.empty() ? 0 : 2;
}

void run_loop(asio::io_context& context) {
    for (;;) {
        try {
            context.run();
            return;
        } catch (std::exception const& error) {
            spdlog::critical("an exception left the event loop: {}", error.what());
        }
    }
}

pg::pool_options small_pool(config::settings const& from) {
    pg::pool_options options;
    options.conninfo = from.database_url;
    options.size = 2;
    return options;
}

} // namespace kinvault::commands
