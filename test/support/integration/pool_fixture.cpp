#include "test/support/integration/pool_fixture.hpp"

#include "storage/postgres/rows.hpp"

#include <spdlog/spdlog.h>

namespace kinvault::test {

task<std::string> value_of(pg::session& on, pg::statement const& what, pg::parameters values) {
    auto const answer = co_await on.run(what, std::move(values));
    std::string text(pg::detail::scalar_text(answer).value_or(""));
    co_return text;
}

pool_fixture::pool_fixture() {
    // Lost connections are what these tests are about; the log would bury a real failure.
    spdlog::set_level(spdlog::level::off);
    options.conninfo = own.url();
}

pool_fixture::~pool_fixture() {
    if (db) test::run(io, db->stop());
    spdlog::set_level(spdlog::level::info);
}

pg::pool& pool_fixture::start() {
    db = std::make_unique<pg::pool>(io, options);
    db->start();
    return *db;
}

std::string pool_fixture::run(pg::statement const& what, pg::parameters values) {
    return test::run(io, value_of(*db, what, std::move(values)));
}

background<std::string> pool_fixture::begin(pg::statement const& what, pg::parameters values) {
    return background<std::string>(io, value_of(*db, what, std::move(values)));
}

int pool_fixture::backends(std::string const& condition) const {
    return std::stoi(own.execute("select count(*) from pg_stat_activity where "
                                 "application_name = 'kinvault' and datname = current_database() "
                                 "and (" +
                                 condition + ")"));
}

} // namespace kinvault::test
