// Brings the database of the settings up to date; one of the original system is taken over. Used by
// the commands serve, migrate and adopt.
#pragma once

#include "config/settings.hpp"
#include "storage/async.hpp"
#include "storage/postgres/migrate.hpp"

namespace kinvault {

/// Says each step in the log. Throws as pg::migrate does. `original_key`: the SECRET_KEY of the
/// original where that of the settings is a new one; empty: it is the same.
task<pg::migration_report> bring_up_to_date(config::settings settings,
                                            std::string original_key = {});

} // namespace kinvault
