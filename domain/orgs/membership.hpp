// The end of a membership with all access that came with it. Used by organisations, which remove
// members, and by people, whose login access is taken away.
#pragma once

#include "domain/access.hpp"
#include "storage/postgres/session.hpp"

#include <string>

namespace kinvault::domain::orgs {

struct membership_end {
    caller_row by;
    bool was_member = false; ///< otherwise nothing was done
};

/// Ends the membership of a user in the organisation the caller acts in. Everybody may leave but
/// the owner (400); others are removed by admins, and admins by the owner only (403). Needs a
/// transaction.
task<membership_end> end_membership(pg::session& transaction, caller who, std::string user_id);

} // namespace kinvault::domain::orgs
