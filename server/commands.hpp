// The commands of the binary. Each gives the exit code; what it says to the operator goes to the
// standard output, what went wrong to the standard error as one clear line.
#pragma once

#include "config/settings.hpp"

namespace kinvault::commands {

/// Serves until SIGTERM or SIGINT.
int serve(config::loaded const& from);
/// Applies the migrations that are missing.
int migrate(config::loaded const& from);
/// `adopt [--dry-run [--files all|N]] [--original-secret-key-file FILE] [--json]`: takes over the
/// vault of an original installation. A dry run gives 0 when all is well, 3 when something is
/// broken already, 1 when it cannot be done.
int adopt(config::loaded const& from);
/// Asks the server at the first address of LISTEN for its health.
int health(config::loaded const& from);
/// Shows the settings and says what is wrong with them.
int check_config(config::loaded const& from);
/// `user create|list|disable|enable|reset-link|reset-sessions`
int user(config::loaded const& from);
/// `audit export [--org ID] [--since DATE]`: the audit log as JSON lines, oldest first.
int audit(config::loaded const& from);
/// `org list|members|set-role`
int org(config::loaded const& from);
/// Removes objects that no row names.
int sweep(config::loaded const& from);
/// Writes the mails of reminders that are due and moves on those that have passed, as `serve` does
/// every hour.
int remind(config::loaded const& from);
/// `mail ADDRESS`: sends a mail at once, to see whether the SMTP settings are right.
int mail(config::loaded const& from);
/// Compares rows and objects; 1 when they do not agree. `--json`, `--quick`
int verify(config::loaded const& from);
/// `blobs copy --from STORE --to STORE [--quick]`
int blobs(config::loaded const& from);

} // namespace kinvault::commands
