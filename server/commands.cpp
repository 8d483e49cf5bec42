#include "server/commands.hpp"

#include "server/application.hpp"
#include "server/command_tools.hpp"
#include "server/http/server.hpp"
#include "server/migrations.hpp"
#include "server/processes.hpp"
#include "server/systemd.hpp"
#include "storage/workers.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_signal_set.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdio>

namespace kinvault::commands {

namespace {

using signals = asio::basic_signal_set<executor>;

/// At the start: the database may come up later than we do.
task<int> apply_migrations_patiently(asio::io_context& context, config::settings const& settings) {
    http::timer pause(context);
    for (;;) {
        std::string why;
        try {
            auto const report = co_await bring_up_to_date(settings);
            co_return static_cast<int>(report.applied.size());
        } catch (pg::unavailable const& away) {
            why = away.what();
        }
        spdlog::warn("waiting for the database: {}", why);
        pause.expires_after(std::chrono::seconds(1));
        co_await pause.async_wait(use_task);
    }
}

/// SIGHUP, as long as the server runs.
task<void> reload_on_signal(application& app, signals& hangup) {
    static constexpr auto as_result = asio::as_tuple(use_task);
    for (;;) {
        auto const result = co_await hangup.async_wait(as_result);
        if (std::get<0>(result)) co_return;
        try {
            co_await app.reload();
        } catch (std::exception const& error) {
            spdlog::error("reading again failed: {}", error.what());
        }
    }
}

task<int> serve_until_signal(application& app, signals& stop) {
    auto const addresses = co_await app.start();
    for (auto const& address : addresses) spdlog::info("listening on {}", address);
    systemd::notify("READY=1");
    int const number = co_await stop.async_wait(use_task);
    spdlog::info("stopping on signal {}", number);
    systemd::notify("STOPPING=1");
    co_await app.stop();
    co_return 0;
}

int serve_process(config::settings const& settings, inheritance inherited) {
    asio::io_context context(1);
    signals stop(context.get_executor(), SIGINT, SIGTERM);
    signals hangup(context.get_executor(), SIGHUP);
    application app(context, settings, std::move(inherited));
    asio::co_spawn(context, reload_on_signal(app, hangup), asio::detached);
    return run_task(context, serve_until_signal(app, stop));
}

} // namespace

int serve(config::loaded const& from) {
    auto const& settings = from.values;
    if (int const code = complain(config::check_serve(settings))) return code;
    {
        asio::io_context context(1);
        run_task(context, apply_migrations_patiently(context, settings));
    }
    std::optional<http::tls_context> tls;
    if (!settings.tls_certificate.empty())
        tls.emplace(http::tls_files{settings.tls_certificate, settings.tls_key});
    inheritance const inherited{tls ? &*tls : nullptr, systemd::take_sockets()};
    if (settings.processes == 1) return serve_process(settings, inherited);
    return supervise(settings.processes, [&] { return serve_process(settings, inherited); });
}

int migrate(config::loaded const& from) {
    if (from.values.database_url.empty()) return complain({"DATABASE_URL: is missing"});
    asio::io_context context(1);
    auto const report = run_task(context, bring_up_to_date(from.values));
    if (report.applied.empty()) std::puts("the database is up to date");
    return 0;
}

int check_config(config::loaded const& from) {
    std::fputs(config::describe_values(from).c_str(), stdout);
    auto problems = from.problems;
    for (auto& problem : config::check_serve(from.values)) problems.push_back(std::move(problem));
    return complain(problems);
}

} // namespace kinvault::commands
