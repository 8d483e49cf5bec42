#include "test/support/integration/database.hpp"

#include "storage/postgres/direct.hpp"
#include "storage/postgres/rows.hpp"

#include <cstdlib>
#include <iostream>
#include <random>

namespace kinvault::test {

namespace {

constexpr std::chrono::seconds connect_limit{10};

task<std::string> execute_on(std::string target, std::string sql) {
    executor const on = co_await asio::this_coro::executor;
    pg::direct_connection direct(on);
    co_await direct.open(target, connect_limit);
    auto const answer = co_await direct.execute(sql, "test");
    auto const first = pg::detail::scalar_text(answer);
    std::string text(first.value_or(""));
    co_return text;
}

std::string execute(std::string const& target, std::string const& sql) {
    asio::io_context io;
    return run(io, execute_on(target, sql));
}

/// The server's connection string with another database in it.
std::string with_database(std::string const& name) {
    pg::conninfo where(server_url());
    where.set("dbname", name);
    std::string text;
    for (auto const& [keyword, value] : where.settings()) {
        if (value.empty()) continue;
        text.append(keyword).append("='");
        for (char const c : value) {
            if (c == '\'' || c == '\\') text.push_back('\\');
            text.push_back(c);
        }
        text.append("' ");
    }
    return text;
}

} // namespace

std::string server_url() {
    char const* const url = std::getenv("KINVAULT_TEST_DATABASE_URL");
    if (!url) throw std::runtime_error("KINVAULT_TEST_DATABASE_URL is not set");
    return url;
}

void run_until(asio::io_context& io, bool const& ended) {
    auto const limit = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    io.restart();
    while (!ended) {
        if (io.run_one_until(limit) == 0) throw never_ended();
    }
}

database::database() {
    std::random_device random;
    name_ = "kv_test_" + std::to_string(random()) + std::to_string(random());
    url_ = with_database(name_);
    test::execute(server_url(), "create database " + name_);
}

database::~database() {
    try {
        test::execute(server_url(), "drop database if exists " + name_ + " with (force)");
    } catch (std::exception const& e) {
        std::cerr << "database " << name_ << " is left behind: " << e.what() << "\n";
    }
}

std::string database::execute(std::string const& sql) const {
    // Under a name of its own, so that it is not taken for a connection of what is tested.
    return test::execute(url_ + " application_name='from outside'", sql);
}

} // namespace kinvault::test
