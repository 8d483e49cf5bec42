#include "server/command_tools.hpp"

#include "domain/schema/types.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
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

void print_table(std::vector<std::string> const& head,
                 std::vector<std::vector<std::string>> const& rows) {
    std::vector<std::size_t> widths;
    for (auto const& title : head) widths.push_back(title.size());
    for (auto const& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], schema::count_characters(row[i]));
        }
    }
    auto print = [&](std::vector<std::string> const& row) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i];
            if (i + 1 < row.size())
                line.append(widths[i] + 2 - schema::count_characters(row[i]), ' ');
        }
        std::puts(line.c_str());
    };
    print(head);
    for (auto const& row : rows) print(row);
}

pg::pool_options small_pool(config::settings const& from) {
    pg::pool_options options;
    options.conninfo = from.database_url;
    options.size = 2;
    return options;
}

} // namespace kinvault::commands
