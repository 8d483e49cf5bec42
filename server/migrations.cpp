#include "server/migrations.hpp"

#include "domain/adoption/take_over.hpp"
#include "sql/statements.hpp"

#include <spdlog/spdlog.h>

#include <optional>

namespace kinvault {

namespace {

void tell_about(domain::adoption::taken_over const& taken) {
    if (!taken.done) return;
    spdlog::info("took over the original's vault: {} organisations", taken.organizations);
    if (taken.unreadable > 0) {
        spdlog::warn("the keys of {} of {} organisations do not open with this SECRET_KEY",
                     taken.unreadable, taken.organizations);
    }
    if (taken.mended > 0) spdlog::info("{} encryption versions that meant nothing", taken.mended);
    if (taken.other_connections > 0) {
        spdlog::warn("{} other connections to the database: the original must not run any more",
                     taken.other_connections);
    }
}

} // namespace

task<pg::migration_report> bring_up_to_date(config::settings settings, std::string original_key) {
    std::optional<crypto::master_key> ours, original;
    if (!settings.secret_key.empty()) ours.emplace(settings.secret_key);
    if (!original_key.empty()) original.emplace(original_key);
    domain::adoption::master_keys keys;
    keys.original = original ? &*original : ours ? &*ours : nullptr;
    if (original && ours) keys.ours = &*ours;
    domain::adoption::taken_over taken;
    pg::migrate_options options;
    options.conninfo = settings.database_url;
    options.adopt = [&](pg::direct_connection& db) {
        return domain::adoption::take_over(db, keys, taken);
    };
    options.on_migration = [](std::string const& title) {
        spdlog::info("applying migration {}", title);
    };
    auto const all = sql::migrations();
    auto report = co_await pg::migrate(std::move(options), all);
    tell_about(taken);
    co_return report;
}

} // namespace kinvault
