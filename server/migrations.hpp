// Brings the database of the settings up to date; one of the original system is taken over. Used by
// the commands serve, migrate and adopt.
#pragma once

#include "config/settings.hpp"
#include "storage/async.hpp"
#include "storage/postgres/migrate.hpp"

namespace kinvault {

/// Says each step in the log. Throws as pg::migrate does.
task<pg::migration_report> bring_up_to_date(config::settings settings);

} // namespace kinvault
