// What goes over the wire, and into the export, of the audit log.
#pragma once

#include "domain/schema/read.hpp"
#include "domain/schema/types.hpp"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>

namespace kinvault::domain::audit {

/// A place in the log: the id of an entry, or a moment as the server writes them (a date is its
/// beginning).
struct position : schema::text<40> {
    using schema::text<40>::text;
};
void read(schema::report& report, schema::place const& at, schema::json::value const& sent,
          position& out);

/// Whether it is a moment: `2026-02-10` or `2026-02-10T12:34:56.123456Z`, the fraction as long as
/// it likes up to six digits.
bool is_moment(std::string_view text);

struct page_query {
    std::optional<std::string> action;
    std::optional<std::string> user_id; ///< who did it
    std::optional<position> before;     ///< only what is older than this
    schema::or_default<schema::integer<1, 1000>, 50> limit;
};
BOOST_DESCRIBE_STRUCT(page_query, (), (action, user_id, before, limit))

struct shown_entry {
    std::string id;
    std::string action;
    std::optional<std::string>
        user_id; ///< none when nobody signed in did it, or the account is gone
    std::optional<std::string> user_email;
    std::optional<std::string> detail;
    std::optional<std::string> address; ///< of the client
    schema::timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(shown_entry, (),
                      (id, action, user_id, user_email, detail, address, created_at))

/// A line of the export, and its row.
struct exported_entry {
    std::string id;
    schema::timestamp created_at;
    std::optional<std::string> org_id;
    std::string action;
    std::optional<std::string> user_id;
    std::optional<std::string> user_email;
    std::optional<std::string> detail;
    std::optional<std::string> address;
};
BOOST_DESCRIBE_STRUCT(exported_entry, (),
                      (id, created_at, org_id, action, user_id, user_email, detail, address))

} // namespace kinvault::domain::audit
