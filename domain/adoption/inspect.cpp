#include "domain/adoption/inspect.hpp"

#include "domain/adoption/state.hpp"
#include "sql/statements.hpp"

#include <cstdio>

namespace kinvault::domain::adoption {

namespace {

std::string name_of(kind state) {
    switch (state) {
    case kind::empty:
        return "empty";
    case kind::ours:
        return "kinvault";
    case kind::original:
        return "original";
    case kind::unknown:
        break;
    }
    return "unknown";
}

std::vector<std::string> migrations_to_apply() {
    std::vector<std::string> names;
    for (auto const& one : sql::migrations().subspan(1)) {
        char digits[16];
        std::snprintf(digits, sizeof digits, "%04d_", one.number);
        names.push_back(digits + std::string(one.name));
    }
    return names;
}

} // namespace

inspection::inspection(pg::direct_connection& db, blob::store& store,
                       crypto::master_key const& keys, config::catalogue const& catalogue,
                       inspect_options options)
    : db_(db)
    , store_(store)
    , keys_(keys)
    , catalogue_(catalogue)
    , options_(std::move(options)) {}

void inspection::tell(std::string_view what, std::int64_t done, std::int64_t total) {
    if (options_.progress) options_.progress(what, done, total);
}

/// Makes the known state in the temporary schema, which a transaction that only reads must not.
task<void> inspection::recognize_state() {
    co_await db_.execute("begin", "begin");
    auto found = co_await recognize(db_);
    co_await db_.execute("rollback", "rollback");
    report_.state = name_of(found.kind);
    report_.refusals = std::move(found.differences);
    for (auto& one : found.obstacles) report_.refusals.push_back(std::move(one));
    schema_ = found.found.schema;
    if (found.kind != kind::original) co_return;
    report_.adjustments = std::move(found.adjustments);
    report_.migrations = migrations_to_apply();
    if (found.found.other_connections > 0) {
        report_.warnings.push_back(std::to_string(found.found.other_connections) +
                                   " other connections to the database: stop the original before "
                                   "it is taken over");
    }
}

task<void> inspection::read_all() {
    auto const begin = sql::adoption_check::begin;
    co_await db_.execute(begin.text, begin.name);
    co_await read_changes();
    co_await find_dangling();
    co_await find_oddities();
    co_await find_unknown_kinds();
    co_await read_keys();
    co_await read_fields();
    try {
        // Without files there need not be a store yet.
        if (report_.files.total > 0) {
            co_await read_files();
        }
    } catch (blob::store_error const& error) {
        report_.refusals.push_back(std::string("the files cannot be read: ") + error.what());
    }
    auto const end = sql::adoption_check::rollback;
    co_await db_.execute(end.text, end.name);
}

task<report> inspection::run() {
    co_await db_.execute(sql::schema_migrations::settings.text, "settings");
    co_await recognize_state();
    if (report_.state == "original") {
        co_await read_all();
    }
    report_.can_be_adopted = report_.state == "original" && report_.refusals.empty();
    co_return std::move(report_);
}

} // namespace kinvault::domain::adoption
