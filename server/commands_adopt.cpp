// `kinvault adopt`: takes over the vault of an original installation, or reports what that would
// do.
#include "domain/adoption/inspect.hpp"
#include "domain/adoption/state.hpp"
#include "domain/schema/write.hpp"
#include "server/command_tools.hpp"
#include "server/commands.hpp"
#include "server/migrations.hpp"
#include "server/progress.hpp"
#include "server/stores.hpp"
#include "storage/workers.hpp"

#include <charconv>
#include <cstdio>
#include <fstream>

namespace kinvault::commands {

namespace {

namespace adoption = domain::adoption;

/// The dry run found something broken, which is no reason against taking over.
constexpr int exit_broken = 3;
constexpr std::chrono::seconds connect_limit(10);

/// `--files all|N`; a complaint in `problem`.
std::optional<std::int64_t> sample_of(config::loaded const& from, std::string& problem) {
    auto const given = from.options.find("files");
    if (given == from.options.end()) return adoption::inspect_options().sample;
    if (given->second == "all") return std::nullopt;
    std::int64_t number = 0;
    auto const& text = given->second;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < 0) {
        problem = "--files: '" + text + "' is neither 'all' nor a number";
    }
    return number;
}

task<adoption::report> inspect(std::string url, blob::store& store, crypto::master_key const& keys,
                               config::catalogue const& catalogue,
                               adoption::inspect_options options) {
    executor const on = co_await asio::this_coro::executor;
    pg::direct_connection db(on);
    co_await db.open(url, connect_limit);
    adoption::inspection look(db, store, keys, catalogue, std::move(options));
    auto report = co_await look.run();
    co_return report;
}

/// The original's SECRET_KEY where that of the settings is a new one; else empty.
std::string read_original_key(config::loaded const& from, std::string& problem) {
    auto const given = from.options.find("original-secret-key-file");
    if (given == from.options.end()) return {};
    std::ifstream file(given->second);
    std::string key;
    std::getline(file, key);
    if (key.empty()) {
        problem = "--original-secret-key-file: there is no key in " + given->second;
    }
    return key;
}

int dry_run(config::loaded const& from, std::optional<std::int64_t> sample,
            std::string const& original_key) {
    auto const& settings = from.values;
    asio::io_context context(1);
    workers pool(1, 16);
    auto const store = make_store(settings, pool);
    auto const catalogue =
        config::load_catalogue(config::find_catalogue_dir(settings.catalogue_dir));
    crypto::master_key const keys(original_key.empty() ? settings.secret_key : original_key);
    progress shown(progress::unit::pieces, from.has("json"));
    adoption::inspect_options options;
    options.sample = sample;
    options.progress = [&](std::string_view what, std::int64_t done, std::int64_t total) {
        shown.tell(what, static_cast<std::uint64_t>(done), static_cast<std::uint64_t>(total));
    };
    auto const report = run_task(
        context, inspect(settings.database_url, *store, keys, catalogue, std::move(options)));
    shown.clear();
    if (from.has("json")) {
        std::string text;
        schema::write(text, report);
        std::puts(text.c_str());
    } else {
        std::fputs(adoption::to_text(report).c_str(), stdout);
    }
    if (!report.can_be_adopted) return 1;
    return report.broken.empty() ? 0 : exit_broken;
}

task<adoption::recognition> look_at(std::string url) {
    executor const on = co_await asio::this_coro::executor;
    pg::direct_connection db(on);
    co_await db.open(url, connect_limit);
    co_await db.execute("begin", "begin");
    auto found = co_await adoption::recognize(db);
    co_await db.execute("rollback", "rollback");
    co_return found;
}

int take_over(config::loaded const& from, std::string const& original_key) {
    bool const json = from.has("json");
    asio::io_context context(1);
    auto const before = run_task(context, look_at(from.values.database_url));
    // Nothing is made here: an empty database may well be a mistake in DATABASE_URL.
    if (before.kind == adoption::kind::empty) {
        return complain({"the database is empty: there is nothing to take over"});
    }
    pg::migration_report done;
    if (before.kind != adoption::kind::ours) {
        context.restart();
        done = run_task(context, bring_up_to_date(from.values, original_key));
    }
    bool const adopted = !done.adopted.empty();
    if (json) {
        std::string text = "{\"adopted\":";
        schema::write(text, adopted);
        text += ",\"migrations\":";
        schema::write(text, done.applied);
        std::puts((text + "}").c_str());
    } else {
        std::puts(adopted ? "The vault is taken over. Start kinvault serve."
                          : "The database is kinvault's already: there is nothing to take over.");
    }
    return 0;
}

} // namespace

int adopt(config::loaded const& from) {
    if (!from.words.empty()) {
        return complain({"usage: kinvault adopt [--dry-run [--files all|N]] "
                         "[--original-secret-key-file FILE] [--json]"});
    }
    std::string problem;
    auto const sample = sample_of(from, problem);
    auto const original_key = read_original_key(from, problem);
    if (!problem.empty()) return complain({problem});
    if (int const code = complain(config::check_serve(from.values))) return code;
    return from.has("dry-run") ? dry_run(from, sample, original_key)
                               : take_over(from, original_key);
}

} // namespace kinvault::commands
