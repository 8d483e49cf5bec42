#include "domain/saved_contacts/service.hpp"

#include "domain/entries.hpp"
#include "sql/statements.hpp"

namespace kinvault::domain::saved_contacts {

namespace {

constexpr std::string_view contact_not_found = "Saved contact not found";

/// The one entry of a statement about one contact, or 404.
saved_contact only_entry(caller const& who, pg::result const& result) {
    admit(who, result);
    auto entries = read_entries<saved_contact>(result);
    if (entries.empty()) refuse(404, contact_not_found);
    return std::move(entries.front());
}

} // namespace

task<std::vector<saved_contact>> service::list(caller who) {
    pg::parameters parameters(who.token_hash, who.org_id);
    auto const result = co_await db_.run(sql::saved_contacts::list, std::move(parameters));
    admit(who, result);
    co_return read_entries<saved_contact>(result);
}

task<saved_contact> service::get(caller who, std::string id) {
    pg::parameters parameters(who.token_hash, who.org_id, id);
    auto const result = co_await db_.run(sql::saved_contacts::by_id, std::move(parameters));
    co_return only_entry(who, result);
}

task<saved_contact> service::create(caller who, create_contact sent) {
    pg::parameters parameters(who.token_hash, who.org_id, sent.name, sent.company, sent.role,
                              sent.email, sent.phone, sent.website, sent.address, sent.notes,
                              *sent.encryption_version);
    auto const result = co_await db_.run(sql::saved_contacts::create, std::move(parameters));
    co_return only_entry(who, result);
}

task<saved_contact> service::change(caller who, std::string id, change_contact sent) {
    pg::parameters parameters(who.token_hash, who.org_id, id, sent.name, sent.encryption_version);
    add_patch(parameters, sent.company);
    add_patch(parameters, sent.role);
    add_patch(parameters, sent.email);
    add_patch(parameters, sent.phone);
    add_patch(parameters, sent.website);
    add_patch(parameters, sent.address);
    add_patch(parameters, sent.notes);
    auto const result = co_await db_.run(sql::saved_contacts::change, std::move(parameters));
    co_return only_entry(who, result);
}

task<void> service::remove(caller who, std::string id) {
    pg::parameters parameters(who.token_hash, who.org_id, id);
    auto const result = co_await db_.run(sql::saved_contacts::remove, std::move(parameters));
    admit(who, result);
    if (!found(result)) refuse(404, contact_not_found);
}

task<std::vector<linked_contact>> service::linked(caller who, std::string item_id) {
    pg::parameters parameters(who.token_hash, who.org_id, item_id);
    auto const result = co_await db_.run(sql::saved_contacts::linked, std::move(parameters));
    co_return admit_entries<linked_contact>(who, result, item_not_found);
}

task<linked_contact> service::link(caller who, std::string item_id, new_link sent) {
    pg::parameters parameters(who.token_hash, who.org_id, item_id, sent.saved_contact_id);
    auto const result = co_await db_.run(sql::saved_contacts::link, std::move(parameters));
    auto entries = admit_entries<linked_contact>(who, result, item_not_found);
    if (result.is_null(0, result.column("contact_id"))) refuse(404, contact_not_found);
    if (entries.empty()) refuse(409, "Contact already linked to this item");
    co_return std::move(entries.front());
}

task<void> service::unlink(caller who, std::string item_id, std::string link_id) {
    pg::parameters parameters(who.token_hash, who.org_id, item_id, link_id);
    auto const result = co_await db_.run(sql::saved_contacts::unlink, std::move(parameters));
    admit(who, result);
    if (!found(result)) refuse(404, "Link not found");
}

} // namespace kinvault::domain::saved_contacts
