#include "domain/files/removal.hpp"

#include "sql/statements.hpp"

#include <boost/system/system_error.hpp>
#include <spdlog/spdlog.h>

namespace kinvault::domain::files {

namespace {

/// Nobody should wait for more; S3 takes some 20 ms for each.
constexpr std::size_t most = 100;

} // namespace

task<void> remove_objects(pg::pool& db, blob::store& store, std::vector<std::string> keys) {
    if (keys.size() > most) keys.resize(most);
    try {
        for (auto const& key : keys) {
            co_await store.remove(key);
            pg::parameters gone(key);
            co_await db.run(sql::files::forget, std::move(gone));
        }
    } catch (boost::system::system_error const&) {
        throw; // cancelled
    } catch (std::runtime_error const& error) {
        spdlog::warn("deleted objects are left to the sweeper: {}", error.what());
    }
}

} // namespace kinvault::domain::files
