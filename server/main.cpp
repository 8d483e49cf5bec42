// kinvault: the command line.
#include "config/logging.hpp"
#include "config/settings.hpp"
#include "server/commands.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <map>
#include <string>
#include <vector>

namespace {

using kinvault::config::loaded;

constexpr char usage[] =
    "usage: kinvault COMMAND [flags]\n"
    "\n"
    "  serve                   serve the vault over HTTP\n"
    "  migrate                 bring the database up to date\n"
    "  adopt                   take over the vault of an original installation\n"
    "  health                  ask the server that runs with these settings whether it answers\n"
    "  check-config            show the settings in effect, and what is wrong\n"
    "  sweep                   remove stored objects that no file needs\n"
    "  remind                  mail reminders that are due, as serve does every hour\n"
    "  mail ADDRESS            send a mail, to see whether the SMTP settings are right\n"
    "  audit export            print the audit log as JSON lines, oldest first\n"
    "  verify                  compare all files with what is stored of them; 1 when they differ\n"
    "  blobs copy              copy all files from one store to another (--from, --to)\n"
    "  user list               show the accounts\n"
    "  user create EMAIL NAME  make an account, print a link that sets its password\n"
    "  user reset-link EMAIL   print a link that sets a new password\n"
    "  user reset-sessions EMAIL\n"
    "                          sign an account out everywhere\n"
    "  user disable EMAIL      let nobody log in to an account; user enable EMAIL undoes it\n"
    "  org list                show the organisations\n"
    "  org members ORG         show the members of one\n"
    "  org set-role ORG EMAIL ROLE\n"
    "                          make a member viewer, member, admin or owner\n"
    "\n";

std::vector<kinvault::config::extra_option> const command_options{
    {"dry-run", false, "adopt: only report what would be done and what is broken already"},
    {"files", true, "adopt --dry-run: how many files to read, 'all' or a number (default 100)"},
    {"original-secret-key-file", true,
     "adopt: SECRET_KEY is a new one, the original's stands in this file"},
    {"json", false, "adopt, verify, user, org: print a JSON document"},
    {"org", true, "audit export: only entries of this organization"},
    {"since", true, "audit export: only entries from this date or time (UTC) on"},
    {"quick", false, "verify, blobs copy: look at sizes only, not at what is in the objects"},
    {"from", true,
     "blobs copy: settings (the store they name), folder:PATH, s3:BUCKET (on the server of the "
     "settings) or config:FILE (the store of another file of settings)"},
    {"to", true, "blobs copy: likewise"},
};

struct command {
    int (*run)(loaded const& from);
    std::vector<std::string> flags; ///< of command_options
};

int run(loaded const& from) {
    using namespace kinvault::commands;
    static std::map<std::string, command> const commands{
        {"serve", {serve, {}}},
        {"health", {health, {}}},
        {"migrate", {migrate, {}}},
        {"adopt", {adopt, {"dry-run", "files", "json", "original-secret-key-file"}}},
        {"check-config", {check_config, {}}},
        {"user", {user, {"json"}}},
        {"org", {org, {"json"}}},
        {"sweep", {sweep, {}}},
        {"verify", {verify, {"json", "quick"}}},
        {"blobs", {blobs, {"from", "to", "quick"}}},
        {"remind", {remind, {}}},
        {"mail", {mail, {}}},
        {"audit", {audit, {"org", "since"}}},
    };
    auto const found = commands.find(from.command);
    if (found == commands.end()) {
        std::fprintf(stderr, "kinvault: %s\n",
                     from.command.empty() ? "which command? see --help"
                                          : ("unknown command " + from.command).c_str());
        return 2;
    }
    auto const& known = found->second.flags;
    for (auto const& [flag, value] : from.options) {
        if (std::find(known.begin(), known.end(), flag) != known.end()) continue;
        std::fprintf(stderr, "kinvault: %s has no --%s\n", from.command.c_str(), flag.c_str());
        return 2;
    }
    return found->second.run(from);
}

} // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    auto const from = kinvault::config::load(argc, argv, kinvault::config::process_environment(),
                                             command_options);
    if (from.version) {
        std::puts("kinvault " KINVAULT_VERSION);
        return 0;
    }
    if (from.help) {
        std::fputs(usage, stdout);
        std::fputs(kinvault::config::describe_flags(command_options).c_str(), stdout);
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
