#include "domain/files/sweeper.hpp"

#include "sql/statements.hpp"
#include "storage/postgres/rows.hpp"

#include <boost/describe/class.hpp>

namespace kinvault::domain::files {

namespace {

constexpr int batch = 100;

struct key_row {
    std::string key;
};
BOOST_DESCRIBE_STRUCT(key_row, (), (key))

struct pending_row {
    std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(pending_row, (), (count))

/// One batch: the locks on the entries keep other sweepers, and uploads about to commit, away until
/// objects and entries are gone.
task<std::int64_t> sweep_batch(pg::transaction& transaction, blob::store& store,
                               std::chrono::seconds untouched) {
    pg::parameters parameters(untouched.count(), batch);
    auto const result = co_await transaction.run(sql::files::sweepable, std::move(parameters));
    auto const rows = pg::read_rows<key_row>(result);
    for (auto const& row : rows) {
        co_await store.clear(row.key);
        pg::parameters gone(row.key);
        co_await transaction.run(sql::files::forget, std::move(gone));
    }
    co_return static_cast<std::int64_t>(rows.size());
}

} // namespace

task<sweep_report> sweep(pg::pool& db, blob::store& store, std::chrono::seconds untouched) {
    sweep_report report;
    for (;;) {
        auto body = [&](pg::transaction& transaction) {
            return sweep_batch(transaction, store, untouched);
        };
        std::int64_t const removed = co_await db.transact(body);
        report.removed += removed;
        if (removed < batch) break;
    }
    pg::parameters none;
    auto const left = co_await db.run(sql::files::pending, std::move(none));
    report.waiting = pg::read_row<pending_row>(left, 0).count;
    co_return report;
}

} // namespace kinvault::domain::files
