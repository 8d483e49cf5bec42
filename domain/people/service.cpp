#include "domain/people/service.hpp"

#include "domain/people/model.hpp"
#include "sql/statements.hpp"

namespace kinvault::domain::people {

namespace {

constexpr std::string_view no_such_link = "Link not found";

linked_person to_wire(link_row row) {
    auto role = std::move(row.link_role);
    return {std::move(row), std::move(role)};
}

/// Lists of an item have a row for the item itself, if there is one.
void require_item(pg::result const& result) {
    if (result.is_null(0, result.column("item_id"))) refuse(404, item_not_found);
}

task<linked_person> link_locked(pg::session& transaction, caller const& who,
                                std::string const& item_id, link_form const& sent) {
    pg::parameters which(who.token_hash, who.org_id, item_id, sent.person_id);
    auto const lock = co_await transaction.run(sql::people::lock_ends, std::move(which));
    auto const by = admit(who, lock);
    auto const ends = pg::read_row<ends_row>(lock, 0);
    if (!ends.item_id) refuse(404, item_not_found);
    if (!ends.person_id) refuse(404, person_not_found);
    pg::parameters parameters(ends.item_id, ends.person_id, by.org_id, sent.role);
    auto const result = co_await transaction.run(sql::people::link, std::move(parameters));
    auto made = pg::first_row<link_row>(result);
    if (!made) refuse(409, "Person already linked with this role");
    co_return to_wire(std::move(*made));
}

} // namespace

task<std::vector<person>> service::list(caller who, schema::page_query query) {
    pg::parameters parameters(who.token_hash, who.org_id, *query.limit, query.offset());
    auto const result = co_await db_.run(sql::people::page, std::move(parameters));
    admit(who, result);
    std::vector<person> all;
    for (auto& row : found_rows<person_row>(result)) all.push_back(to_wire(std::move(row)));
    co_return all;
}

task<person> service::get(caller who, std::string id) {
    pg::parameters parameters(who.token_hash, who.org_id, id);
    auto const result = co_await db_.run(sql::people::by_id, std::move(parameters));
    admit(who, result);
    co_return to_wire(found_row<person_row>(result, person_not_found));
}

task<std::vector<linked_person>> service::of_item(caller who, std::string item_id) {
    pg::parameters parameters(who.token_hash, who.org_id, item_id);
    auto const result = co_await db_.run(sql::people::of_item, std::move(parameters));
    admit(who, result);
    require_item(result);
    std::vector<linked_person> all;
    for (auto& row : found_rows<link_row>(result)) all.push_back(to_wire(std::move(row)));
    co_return all;
}

task<linked_person> service::link(caller who, std::string item_id, link_form sent) {
    auto body = [&](pg::transaction& transaction) {
        return link_locked(transaction, who, item_id, sent);
    };
    auto made = co_await db_.transact(body);
    co_return made;
}

task<void> service::unlink(caller who, std::string item_id, std::string link_id) {
    pg::parameters parameters(who.token_hash, who.org_id, item_id, link_id);
    auto const result = co_await db_.run(sql::people::unlink, std::move(parameters));
    admit(who, result);
    if (!found(result)) refuse(404, no_such_link);
}

} // namespace kinvault::domain::people
