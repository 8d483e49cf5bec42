// kinvault: the command line.
#include "config/logging.hpp"
#include "config/settings.hpp"
#include "server/commands.hpp"

#include <csignal>
#include <cstdio>
#include <exception>
#include <map>
#include <string>

namespace {

using kinvault::config::loaded;

constexpr char usage[] =
    "usage: kinvault COMMAND [flags]\n"
    "\n"
    "  serve                   serve the vault over HTTP\n"
    "  migrate                 bring the database up to date\n"
    "  check-config            show the settings in effect, and what is wrong\n"
    "  sweep                   remove stored objects that no file needs\n"
    "  user reset-link EMAIL   print a link that sets a new password\n"
    "\n";

int run(loaded const& from) {
    using namespace kinvault::commands;
    static std::map<std::string, int (*)(loaded const&)> const commands{
        {"serve", serve}, {"migrate", migrate}, {"check-config", check_config},
        {"user", user},   {"sweep", sweep},
    };
    auto const command = commands.find(from.command);
    if (command == commands.end()) {
        std::fprintf(stderr, "kinvault: %s\n",
                     from.command.empty() ? "which command? see --help"
                                          : ("unknown command " + from.command).c_str());
        return 2;
    }
    return command->second(from);
}

} // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    auto const from = kinvault::config::load(argc, argv, kinvault::config::process_environment());
    if (from.version) {
        std::puts("kinvault " KINVAULT_VERSION);
        return 0;
    }
    if (from.help) {
        std::fputs(usage, stdout);
        std::fputs(kinvault::config::describe_flags().c_str(), stdout);
        return 0;
    }
    if (!from.problems.empty() && from.command != "check-config") {
        for (auto const& problem : from.problems)
            std::fprintf(stderr, "kinvault: %s\n", problem.c_str());
        return 2;
    }
    try {
        kinvault::config::set_up_logging(from.values.log_level, from.values.log_format);
        return run(from);
    } catch (std::exception const& error) {
        std::fprintf(stderr, "kinvault: %s\n", error.what());
        return 1;
    }
}
