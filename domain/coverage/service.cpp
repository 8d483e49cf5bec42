#include "domain/coverage/service.hpp"

#include "domain/entries.hpp"
#include "domain/locked_item.hpp"
#include "sql/statements.hpp"

#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>

namespace kinvault::domain::coverage {

namespace {

template <class T>
T const& plain(T const& value) {
    return value;
}
template <class T, auto V>
T const& plain(schema::or_default<T, V> const& value) {
    return *value;
}

/// One array a member, in the order of their description.
template <class Input>
void add_columns(pg::parameters& list, std::vector<Input> const& entries) {
    using members = boost::describe::describe_members<Input, boost::describe::mod_public>;
    boost::mp11::mp_for_each<members>([&](auto member) {
        using value = std::remove_cvref_t<decltype(plain(entries.front().*member.pointer))>;
        std::vector<value> column;
        column.reserve(entries.size());
        for (auto const& entry : entries) column.push_back(plain(entry.*member.pointer));
        list.add(column);
    });
}

task<pg::result> replace_locked(pg::transaction& transaction, pg::statement const& what,
                                caller const& who, std::string const& item_id,
                                pg::parameters entries) {
    co_await lock_item(transaction, who, item_id);
    // A statement of its own: it sees, and removes, what the one before has stored.
    pg::result result = co_await transaction.run(what, std::move(entries));
    co_return result;
}

} // namespace

task<pg::result> service::replace(pg::statement const& what, caller who, std::string item_id,
                                  pg::parameters entries) {
    auto body = [&](pg::transaction& transaction) {
        return replace_locked(transaction, what, who, item_id, entries);
    };
    pg::result result = co_await db_.transact(body);
    co_return result;
}

task<std::vector<coverage_row>> service::rows(caller who, item_query query) {
    pg::parameters parameters(who.token_hash, who.org_id, query.item_id);
    auto const result = co_await db_.run(sql::coverage::rows, std::move(parameters));
    co_return admit_entries<coverage_row>(who, result, item_not_found);
}

task<std::vector<coverage_row>> service::replace_rows(caller who, new_rows sent) {
    pg::parameters entries(sent.item_id);
    add_columns(entries, sent.rows);
    auto const result = co_await replace(sql::coverage::replace_rows, std::move(who),
                                         std::move(sent.item_id), std::move(entries));
    co_return pg::read_rows<coverage_row>(result);
}

task<std::vector<plan_limit>> service::limits(caller who, item_query query) {
    pg::parameters parameters(who.token_hash, who.org_id, query.item_id);
    auto const result = co_await db_.run(sql::coverage::limits, std::move(parameters));
    co_return admit_entries<plan_limit>(who, result, item_not_found);
}

task<std::vector<plan_limit>> service::replace_limits(caller who, new_limits sent) {
    pg::parameters entries(sent.item_id);
    add_columns(entries, sent.limits);
    auto const result = co_await replace(sql::coverage::replace_limits, std::move(who),
                                         std::move(sent.item_id), std::move(entries));
    co_return pg::read_rows<plan_limit>(result);
}

task<std::vector<provider>> service::providers(caller who, item_query query) {
    pg::parameters parameters(who.token_hash, who.org_id, query.item_id);
    auto const result = co_await db_.run(sql::coverage::providers, std::move(parameters));
    co_return admit_entries<provider>(who, result, item_not_found);
}

task<provider> service::add_provider(caller who, create_provider sent) {
    pg::parameters parameters(who.token_hash, who.org_id, sent.item_id, sent.provider_name,
                              sent.specialty, sent.phone, sent.address, sent.network_tier,
                              sent.notes);
    auto const result = co_await db_.run(sql::coverage::add_provider, std::move(parameters));
    admit(who, result);
    co_return found_row<provider>(result, item_not_found);
}

task<void> service::remove_provider(caller who, std::string id) {
    pg::parameters parameters(who.token_hash, who.org_id, id);
    auto const result = co_await db_.run(sql::coverage::remove_provider, std::move(parameters));
    admit(who, result);
    if (!found(result)) refuse(404, "Provider not found");
}

} // namespace kinvault::domain::coverage
