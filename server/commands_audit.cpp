// The command `audit export`.
#include "domain/audit/service.hpp"
#include "server/command_tools.hpp"
#include "server/commands.hpp"

#include <cstdio>
#include <functional>
#include <optional>
#include <stdexcept>

namespace kinvault::commands {

namespace {

void print_lines(std::string_view lines) {
    bool const whole = std::fwrite(lines.data(), 1, lines.size(), stdout) == lines.size();
    if (!whole || std::fflush(stdout) != 0) {
        throw std::runtime_error("the output cannot be written");
    }
}

task<int> print_entries(pg::pool& db, domain::audit::export_options what) {
    std::function<void(std::string_view)> write = print_lines;
    co_await domain::audit::export_entries(db, std::move(what), std::move(write));
    co_return 0;
}

std::optional<std::string> option(config::loaded const& from, std::string_view name) {
    auto const given = from.options.find(name);
    return given == from.options.end() ? std::nullopt : std::optional(given->second);
}

} // namespace

int audit(config::loaded const& from) {
    if (from.words != std::vector<std::string>{"export"}) {
        return complain({"usage: kinvault audit export [--org ID] [--since DATE]"});
    }
    if (from.values.database_url.empty()) return complain({"DATABASE_URL: is missing"});
    domain::audit::export_options const what{option(from, "org"), option(from, "since")};
    if (what.org_id && !schema::is_uuid(*what.org_id)) {
        return complain({"--org: is not the id of an organization"});
    }
    if (what.since && !domain::audit::is_moment(*what.since)) {
        return complain({"--since: is neither a date such as 2026-02-10 nor a time such as "
                         "2026-02-10T12:34:56Z"});
    }
    asio::io_context context(1);
    pg::pool db(context, small_pool(from.values));
    db.start();
    return run_task(context, print_entries(db, what));
}

} // namespace kinvault::commands
