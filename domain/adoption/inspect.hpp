// The dry run of a taking over: reads everything that matters, changes nothing. Used by `kinvault
// adopt --dry-run`.
#pragma once

#include "config/catalogue.hpp"
#include "crypto/vault_keys.hpp"
#include "domain/adoption/report.hpp"
#include "storage/blob/store.hpp"
#include "storage/postgres/direct.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace kinvault::domain::adoption {

struct inspect_options {
    /// How many files of version 1 are read to the end; nothing: all.
    std::optional<std::int64_t> sample = 100;
    /// Told what is being done, how much of it, and of how many.
    std::function<void(std::string_view, std::int64_t, std::int64_t)> progress;
};

/// One run. All it is given outlives it.
class inspection {
  public:
    inspection(pg::direct_connection& db, blob::store& store, crypto::master_key const& keys,
               config::catalogue const& catalogue, inspect_options options);

    /// Throws unavailable and database_error. That the store cannot be read is in the report.
    task<report> run();

  private:
    task<void> recognize_state();
    task<void> read_all();

    // inspect_rows.cpp
    task<void> read_changes();
    task<void> find_dangling();
    task<void> find_oddities();
    task<void> find_unknown_kinds();
    task<void> read_keys();
    task<void> read_fields();

    // inspect_files.cpp
    struct file_scan;
    task<void> read_files();
    task<void> read_page(file_scan& scan);
    task<void> advance(file_scan& scan, std::string const& key);
    task<std::string> damage_of(file_scan& scan, std::size_t index);

    void tell(std::string_view what, std::int64_t done, std::int64_t total);

    pg::direct_connection& db_;
    blob::store& store_;
    crypto::master_key const& keys_;
    config::catalogue const& catalogue_;
    inspect_options options_;
    report report_;
    std::string schema_;
    std::int64_t field_total_ = 0;
    /// By organisation; those that do not open are not there.
    std::map<std::string, crypto::organization_key, std::less<>> organization_keys_;
};

} // namespace kinvault::domain::adoption
