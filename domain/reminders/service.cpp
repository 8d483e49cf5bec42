#include "domain/reminders/service.hpp"

#include "crypto/random.hpp"
#include "domain/items/values.hpp"
#include "domain/organization_key.hpp"
#include "sql/statements.hpp"

namespace kinvault::domain::reminders {

namespace {

constexpr std::string_view reminder_not_found = "Reminder not found";
/// How far `upcoming` looks ahead (contract, section 8).
constexpr std::chrono::days horizon{90};
constexpr std::chrono::days yesterday{-1};
/// Days between the mail and the date of reminders that are made by themselves.
constexpr std::int64_t days_before_generated = 7;

} // namespace

/// Nothing for a value that looks like a date and is none.
std::optional<reminder> service::to_wire(reminder_row row, sys_days today) const {
    auto const day = parse_day(row.date);
    if (!day) return std::nullopt;
    if (!row.is_custom) {
        auto const* kind = catalogue_.find_subcategory(row.category, row.subcategory);
        auto const* field = kind ? kind->find_field(row.label) : nullptr;
        if (field) row.label = field->label;
    }
    auto const until = (*day - today).count();
    return reminder{std::move(row.reminder_id),
                    std::move(row.id),
                    std::move(row.item_name),
                    std::move(row.category),
                    std::move(row.subcategory),
                    std::move(row.label),
                    schema::date(std::move(row.date)),
                    until,
                    until < 0,
                    row.is_custom,
                    row.is_auto_generated,
                    row.remind_days_before,
                    std::move(row.note),
                    std::move(row.repeat)};
}

std::vector<reminder> service::to_wire(pg::result const& result, sys_days today) const {
    std::vector<reminder> list;
    for (auto& row : found_rows<reminder_row>(result)) {
        if (auto one = to_wire(std::move(row), today)) list.push_back(std::move(*one));
    }
    return list;
}

task<std::vector<reminder>> service::due(caller who, std::chrono::days ahead) {
    auto const today = today_();
    pg::parameters parameters(who.token_hash, who.org_id, to_date(today + ahead));
    auto const result = co_await db_.run(sql::reminders::due, std::move(parameters));
    admit(who, result);
    co_return to_wire(result, today);
}

task<std::vector<reminder>> service::upcoming(caller who) {
    return due(std::move(who), horizon);
}

task<std::vector<reminder>> service::overdue(caller who) {
    return due(std::move(who), yesterday);
}

task<std::vector<reminder>> service::of_item(caller who, item_query asked) {
    pg::parameters parameters(who.token_hash, who.org_id, asked.item_id);
    auto const result = co_await db_.run(sql::reminders::of_item, std::move(parameters));
    admit(who, result);
    co_return to_wire(result, today_());
}

task<reminder> service::create(caller who, create_reminder sent) {
    pg::parameters parameters(who.token_hash, who.org_id, sent.item_id, crypto::random_uuid(),
                              sent.title, sent.remind_date, sent.note, sent.repeat,
                              *sent.remind_days_before);
    auto const result = co_await db_.run(sql::reminders::create, std::move(parameters));
    admit(who, result);
    auto row = found_row<reminder_row>(result, item_not_found);
    co_return to_wire(std::move(row), today_()).value();
}

task<reminder> service::change(caller who, std::string id, change_reminder sent) {
    bool const edits = sent.title || sent.remind_date || sent.note.present || sent.repeat.present ||
                       sent.remind_days_before;
    pg::parameters parameters(who.token_hash, who.org_id, id, sent.title, sent.remind_date,
                              sent.note.present, sent.note.value, sent.repeat.present,
                              sent.repeat.value, sent.remind_days_before, edits);
    auto const result = co_await db_.run(sql::reminders::change, std::move(parameters));
    admit(who, result);
    auto row = found_row<reminder_row>(result, reminder_not_found);
    co_return to_wire(std::move(row), today_()).value();
}

task<void> service::remove(caller who, std::string id) {
    pg::parameters parameters(who.token_hash, who.org_id, id);
    auto const result = co_await db_.run(sql::reminders::remove, std::move(parameters));
    admit(who, result);
    if (!found(result)) refuse(404, reminder_not_found);
}

task<generated_reminders> service::generate(caller who, std::string item_id) {
    auto body = [&](pg::transaction& transaction) {
        return generate_locked(transaction, who, item_id);
    };
    generated_reminders made = co_await db_.transact(body);
    co_return made;
}

task<business> service::facts_of(pg::transaction& transaction, std::string const& item_id,
                                 items::locked_row const& item,
                                 config::reminder_entity const& entity) {
    pg::parameters parameters(item_id, business_keys(entity));
    auto const result = co_await transaction.run(sql::reminders::facts, std::move(parameters));
    auto values = pg::read_rows<items::field_value>(result);
    if (item.encryption_version == 1 && !values.empty()) {
        auto const* kind = catalogue_.find_subcategory(item.category, item.subcategory);
        items::decrypt_values(kind, open_key(keys_, item.organization_key), values);
    }
    business facts{item.subcategory, {}, {}};
    for (auto const& value : values) {
        if (value.field_value) facts.take(entity, value.field_key, *value.field_value);
    }
    co_return facts;
}

task<generated_reminders> service::generate_locked(pg::transaction& transaction, caller const& who,
                                                   std::string const& item_id) {
    // The lock keeps two of these, and changes of the item, from mixing.
    pg::parameters which(who.token_hash, who.org_id, item_id);
    auto const lock = co_await transaction.run(sql::items::lock, std::move(which));
    auto const asking = admit(who, lock);
    auto const item = found_row<items::locked_row>(lock, item_not_found);
    if (item.category != "business") {
        refuse(400, "Reminders can only be generated for business items");
    }
    auto const* entity = catalogue_.find_reminder_entity(item.subcategory);
    if (!entity) refuse(400, "Reminders can only be generated for LLCs and Corporations");

    business const facts = co_await facts_of(transaction, item_id, item, *entity);
    auto const made = reminders::generate(catalogue_, facts, today_());
    pg::parameters parameters(item_id, asking.org_id, asking.user_id, made.titles, made.dates,
                              made.notes, made.repeats, made.days, days_before_generated);
    auto const result = co_await transaction.run(sql::reminders::regenerate, std::move(parameters));
    generated_reminders answer;
    for (auto& row : pg::read_rows<new_id_row>(result)) {
        answer.reminder_ids.push_back(std::move(row.id));
    }
    answer.message = "Generated " + std::to_string(answer.reminder_ids.size()) + " reminders";
    co_return answer;
}

} // namespace kinvault::domain::reminders
