#include "storage/postgres/migrate.hpp"

#include "crypto/digest.hpp"
#include "sql/statements.hpp"
#include "storage/postgres/errors.hpp"
#include "storage/postgres/rows.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/describe/class.hpp>

#include <cstdio>

namespace kinvault::pg {

namespace {

struct applied_migration {
    int number = 0;
    std::string name;
    std::string checksum;
};
BOOST_DESCRIBE_STRUCT(applied_migration, (), (number, name, checksum))

std::string title(int number, std::string_view name) {
    char digits[16];
    std::snprintf(digits, sizeof digits, "%04d_", number);
    return digits + std::string(name);
}

std::string title(migration const& one) {
    return title(one.number, one.name);
}

/// Everything about one run: the connection and what the program knows.
class migrator {
  public:
    migrator(executor const& on, migrate_options const& options, std::span<migration const> all)
        : to_(on)
        , options_(options)
        , all_(all) {}

    task<migration_report> apply();
    task<void> check();

  private:
    task<void> open();
    task<bool> asks(statement const& what);
    task<void> prepare_table(migration_report& report);
    task<void> create_table();
    task<void> take_over(migration_report& report);
    task<std::vector<applied_migration>> applied();
    void compare(std::vector<applied_migration> const& applied) const;
    task<void> apply_one(migration const& one);
    task<void> run_one(migration const& one);
    task<void> record(migration const& one);

    direct_connection to_;
    migrate_options const& options_;
    std::span<migration const> all_;
};

task<void> migrator::open() {
    co_await to_.open(options_.conninfo, options_.connect_timeout);
    // A migration may take as long as it takes, and a NOTICE for each table tells nothing.
    co_await to_.execute(sql::schema_migrations::settings.text, "settings");
}

task<bool> migrator::asks(statement const& what) {
    parameters none;
    auto const answer = co_await to_.run(what, std::move(none));
    co_return scalar<bool>(answer).value_or(false);
}

task<migration_report> migrator::apply() {
    migration_report report;
    report.total = static_cast<int>(all_.size());
    co_await open();
    parameters none;
    // Of the session: it ends with the connection, whatever happens.
    co_await to_.run(sql::schema_migrations::lock, std::move(none));
    co_await prepare_table(report);
    auto const before = co_await applied();
    compare(before);
    for (auto const& one : all_.subspan(before.size())) {
        co_await apply_one(one);
        report.applied.push_back(title(one));
    }
    to_.close();
    co_return report;
}

task<void> migrator::check() {
    co_await open();
    bool const ours = co_await asks(sql::schema_migrations::exists);
    if (!ours) throw migration_error("the database has no schema yet: run kinvault migrate");
    auto const before = co_await applied();
    compare(before);
    if (before.size() < all_.size()) {
        throw migration_error("the database is not up to date: migration " +
                              title(all_[before.size()]) + " is not applied, run kinvault migrate");
    }
    to_.close();
}

task<void> migrator::prepare_table(migration_report& report) {
    bool const ours = co_await asks(sql::schema_migrations::exists);
    if (ours) co_return;
    bool const empty = co_await asks(sql::schema_migrations::is_empty);
    if (!empty && !options_.adopt) {
        throw migration_error("the database is not empty and not a kinvault database");
    }
    if (!empty) {
        co_await take_over(report);
        co_return;
    }
    co_await to_.execute("begin", "begin");
    co_await create_table();
    co_await to_.execute("commit", "commit");
}

task<void> migrator::create_table() {
    co_await to_.execute(sql::schema_migrations::create_table.text, "schema_migrations");
}

/// All of it or nothing: whoever finds the database half taken over could not go back.
task<void> migrator::take_over(migration_report& report) {
    co_await to_.execute("begin", "begin");
    auto const adopting = options_.adopt;
    int const state = co_await adopting(to_);
    if (state < 0 || static_cast<std::size_t>(state) > all_.size()) {
        throw migration_error("the database is at a state that this program does not know");
    }
    co_await create_table();
    auto const known = all_.first(static_cast<std::size_t>(state));
    for (auto const& one : known) {
        co_await record(one);
        report.adopted.push_back(title(one));
    }
    for (auto const& one : all_.subspan(known.size())) {
        co_await run_one(one);
        report.applied.push_back(title(one));
    }
    co_await to_.execute("commit", "commit");
    // Every table was rewritten or has new indexes: plans should not wait for autovacuum.
    parameters none;
    auto const answer = co_await to_.run(sql::schema_migrations::analyze_text, std::move(none));
    if (auto const text = scalar<std::string>(answer)) {
        co_await to_.execute(*text, "analyze");
    }
}

task<std::vector<applied_migration>> migrator::applied() {
    parameters none;
    auto const rows = co_await to_.run(sql::schema_migrations::all, std::move(none));
    co_return read_rows<applied_migration>(rows);
}

/// What was applied must be the beginning of what we have.
void migrator::compare(std::vector<applied_migration> const& applied) const {
    for (std::size_t i = 0; i < applied.size(); ++i) {
        auto const& there = applied[i];
        auto const label = title(there.number, there.name);
        if (i >= all_.size()) {
            throw migration_error("the database has migration " + label +
                                  ", which this program does not know: it is older");
        }
        auto const& ours = all_[i];
        if (there.number != ours.number || there.name != ours.name) {
            throw migration_error("the database has migration " + label +
                                  ", which this program does not know: it has " + title(ours));
        }
        if (there.checksum != crypto::sha256_hex(ours.text)) {
            throw migration_error("migration " + label + " has been changed since it was applied");
        }
    }
}

task<void> migrator::apply_one(migration const& one) {
    co_await to_.execute("begin", "begin");
    co_await run_one(one);
    co_await to_.execute("commit", "commit");
}

/// In the transaction that is open.
task<void> migrator::run_one(migration const& one) {
    auto const name = "migration " + title(one);
    if (options_.on_migration) options_.on_migration(title(one));
    co_await to_.execute(one.text, name);
    if (!to_.in_transaction()) {
        throw migration_error(name + " ends the transaction that it runs in");
    }
    co_await record(one);
}

task<void> migrator::record(migration const& one) {
    auto const checksum = crypto::sha256_hex(one.text);
    parameters values(one.number, one.name, checksum);
    co_await to_.run(sql::schema_migrations::record, std::move(values));
}

} // namespace

task<migration_report> migrate(migrate_options options, std::span<migration const> all) {
    executor const on = co_await asio::this_coro::executor;
    migrator work(on, options, all);
    auto report = co_await work.apply();
    co_return report;
}

task<void> check_migrations(migrate_options options, std::span<migration const> all) {
    executor const on = co_await asio::this_coro::executor;
    migrator work(on, options, all);
    co_await work.check();
}

} // namespace kinvault::pg
