#include "config/catalogue.hpp"

#include "config/json_node.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace kinvault::config {
namespace {

// Lengths of the columns these keys are stored in.
constexpr std::size_t kind_length = 50; // items.category, items.subcategory, files.purpose
constexpr std::size_t key_length = 100; // item_field_values.field_key, coverage_rows.service_key
constexpr std::size_t label_length = 200;

using seen = std::set<std::string>;
using option_lists = std::map<std::string, std::vector<option>, std::less<>>;

template <class T, class Member>
T const* find(std::vector<T> const& list, Member member, std::string_view wanted) {
    auto it = std::find_if(list.begin(), list.end(),
                           [&](T const& entry) { return entry.*member == wanted; });
    return it == list.end() ? nullptr : &*it;
}

bool flag_or_false(json_node const& node, std::string_view name) {
    auto member = node.optional_member(name);
    return member && member->flag();
}

/// Texts, each once.
std::vector<std::string> text_list(json_node const& node) {
    seen names;
    std::vector<std::string> result;
    for (auto const& entry : node.items()) {
        entry.unique(names, entry.text());
        result.push_back(entry.text());
    }
    return result;
}

/// `{value, label}`, or a text that is both.
std::vector<option> read_options(json_node const& node) {
    seen values;
    std::vector<option> result;
    for (auto const& entry : node.items()) {
        if (entry.is_text()) {
            result.push_back({entry.text(), entry.text()});
        } else {
            entry.only_members({"value", "label"});
            result.push_back({entry.member("value").text(), entry.member("label").text()});
        }
        entry.unique(values, result.back().value);
    }
    if (result.empty()) node.fail("is empty");
    return result;
}

field read_field(json_node const& node, option_lists const& lists) {
    node.only_members({"key", "label", "type", "required", "encrypted_v1", "options"});
    field result;
    result.key = node.member("key").key(key_length);
    result.label = node.member("label").text(label_length);
    auto type = node.member("type");
    result.type = type.word({"text", "textarea", "number", "date", "select", "provider", "person"});
    result.required = flag_or_false(node, "required");
    result.encrypted_v1 = flag_or_false(node, "encrypted_v1");
    auto options = node.optional_member("options");
    if (options.has_value() != (result.type == "select"))
        type.fail("\"select\" and `options` go together");
    if (options && options->is_text()) {
        auto list = lists.find(options->text());
        if (list == lists.end()) options->fail("\"" + options->text() + "\" is no option list");
        result.options = list->second;
    } else if (options) {
        result.options = read_options(*options);
    }
    return result;
}

/// The fields of one list; `keys` holds those the subcategory has already.
std::vector<field> read_fields(json_node const& node, option_lists const& lists, seen& keys) {
    std::vector<field> result;
    for (auto const& entry : node.items()) {
        result.push_back(read_field(entry, lists));
        entry.member("key").unique(keys, result.back().key);
    }
    if (result.empty()) node.fail("is empty");
    return result;
}

void read_grouped_fields(json_node const& node, option_lists const& lists, subcategory& into) {
    seen keys, labels;
    into.field_groups.emplace();
    for (auto const& entry : node.items()) {
        entry.only_members({"label", "fields"});
        auto label = entry.member("label");
        label.unique(labels, label.text(label_length));
        auto fields = read_fields(entry.member("fields"), lists, keys);
        into.fields.insert(into.fields.end(), fields.begin(), fields.end());
        into.field_groups->push_back({label.text(label_length), std::move(fields)});
    }
    if (into.field_groups->empty()) node.fail("is empty");
}

subcategory read_subcategory(json_node const& node, option_lists const& lists) {
    node.only_members({"key", "label", "icon", "recommended", "renewable", "insurance",
                       "linkable_child", "business_entity", "file_slots", "fields",
                       "field_groups"});
    subcategory result;
    result.key = node.member("key").key(kind_length);
    result.label = node.member("label").text(label_length);
    result.icon = node.member("icon").text();
    result.recommended = flag_or_false(node, "recommended");
    result.renewable = flag_or_false(node, "renewable");
    result.insurance = flag_or_false(node, "insurance");
    result.linkable_child = flag_or_false(node, "linkable_child");
    result.business_entity = flag_or_false(node, "business_entity");
    seen slots;
    for (auto const& entry : node.member("file_slots").items()) {
        result.file_slots.push_back(entry.key(kind_length));
        entry.unique(slots, result.file_slots.back());
    }
    auto fields = node.optional_member("fields");
    auto groups = node.optional_member("field_groups");
    if (fields && groups) groups->fail("cannot stand beside `fields`");
    seen keys;
    if (groups)
        read_grouped_fields(*groups, lists, result);
    else
        result.fields = read_fields(node.member("fields"), lists, keys);
    return result;
}

void read_categories(json_node const& root, catalogue& into) {
    root.only_members({"option_lists", "categories"});
    option_lists lists;
    for (auto const& state : into.us_states) lists["us_states"].push_back({state, state});
    for (auto const& [name, node] : root.member("option_lists").members()) {
        if (lists.contains(name)) node.fail("the list of states.json cannot be replaced");
        lists[name] = read_options(node);
    }
    seen slugs, keys;
    for (auto const& node : root.member("categories").items()) {
        node.only_members({"slug", "label", "icon", "subcategories"});
        auto slug = node.member("slug");
        slug.unique(slugs, slug.key(kind_length));
        category entry{slug.key(kind_length),
                       node.member("label").text(label_length),
                       node.member("icon").text(),
                       {}};
        for (auto const& child : node.member("subcategories").items()) {
            entry.subcategories.push_back(read_subcategory(child, lists));
            child.member("key").unique(keys, entry.subcategories.back().key);
        }
        into.categories.push_back(std::move(entry));
    }
}

/// Lists of `{<heading>, <entries>: [{key, label}]}`, flattened; the position is the sort order.
template <class Row>
std::vector<Row> read_rows(json_node const& node, std::string_view heading,
                           std::string_view entries) {
    seen keys;
    std::vector<Row> result;
    for (auto const& part : node.items()) {
        part.only_members({heading, entries});
        auto head = part.member(heading).text(label_length);
        for (auto const& entry : part.member(entries).items()) {
            entry.only_members({"key", "label"});
            auto key = entry.member("key");
            key.unique(keys, key.key(key_length));
            result.push_back({key.key(key_length), entry.member("label").text(label_length), head,
                              int(result.size())});
        }
    }
    return result;
}

subcategory& subcategory_of(json_node const& node, catalogue& in) {
    auto const* found = in.find_subcategory(node.text());
    if (!found) node.fail("\"" + node.text() + "\" is no subcategory");
    return const_cast<subcategory&>(*found);
}

void read_coverage(json_node const& root, catalogue& into) {
    root.only_members({"coverage"});
    seen keys;
    for (auto const& node : root.member("coverage").items()) {
        node.only_members(
            {"subcategory", "layout", "supports_providers", "plan_limits", "default_rows"});
        auto name = node.member("subcategory");
        auto& owner = subcategory_of(name, into);
        name.unique(keys, owner.key);
        coverage entry;
        entry.layout = node.member("layout").word({"standard", "health", "life"});
        entry.supports_providers = node.member("supports_providers").flag();
        entry.plan_limits = read_rows<plan_limit>(node.member("plan_limits"), "group", "limits");
        entry.default_rows =
            read_rows<coverage_row>(node.member("default_rows"), "section", "rows");
        owner.coverage = std::move(entry);
    }
}

std::vector<contact> read_contacts(json_node const& node) {
    std::vector<contact> result;
    for (auto const& entry : node.items()) {
        entry.only_members({"label", "value", "contact_type"});
        result.push_back(
            {entry.member("label").text(), entry.member("value").text(500),
             entry.member("contact_type").word({"phone", "email", "website", "address"})});
    }
    return result;
}

void read_providers(json_node const& root, catalogue& into) {
    root.only_members({"names", "details"});
    into.provider_names = text_list(root.member("names"));
    seen names;
    for (auto const& node : root.member("details").items()) {
        node.only_members({"name", "portal_url", "claims_address", "contacts"});
        provider_details entry;
        entry.name = node.member("name").text();
        node.member("name").unique(names, entry.name);
        if (auto url = node.optional_member("portal_url")) entry.portal_url = url->text(500);
        if (auto address = node.optional_member("claims_address"))
            entry.claims_address = address->text(500);
        entry.contacts = read_contacts(node.member("contacts"));
        into.provider_details.push_back(std::move(entry));
    }
}

void read_visas(json_node const& root, catalogue& into) {
    root.only_members({"countries"});
    seen names;
    for (auto const& node : root.member("countries").items()) {
        node.only_members({"name", "types", "contacts"});
        auto name = node.member("name");
        name.unique(names, name.text());
        into.visa_countries.push_back(
            {name.text(), text_list(node.member("types")), read_contacts(node.member("contacts"))});
    }
    std::sort(into.visa_countries.begin(), into.visa_countries.end(),
              [](auto const& a, auto const& b) { return a.name < b.name; });
}

/// `MM-DD`; a day that not every year has cannot be a deadline.
month_day read_month_day(json_node const& node) {
    static constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    auto text = node.text();
    auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
    if (text.size() == 5 && text[2] == '-' && digit(0) && digit(1) && digit(3) && digit(4)) {
        month_day result{(text[0] - '0') * 10 + text[1] - '0',
                         (text[3] - '0') * 10 + text[4] - '0'};
        if (result.month >= 1 && result.month <= 12 && result.day >= 1 &&
            result.day <= days[result.month - 1])
            return result;
    }
    node.fail("\"" + text + "\" is not a day of every year (MM-DD)");
}

reminder_scope read_scope(json_node const& node) {
    auto name = node.word({"federal", "federal_s_corp", "employment", "state"});
    if (name == "federal_s_corp") return reminder_scope::federal_s_corp;
    if (name == "employment") return reminder_scope::employment;
    return name == "state" ? reminder_scope::state : reminder_scope::federal;
}

void read_dates(json_node const& node, reminder_template& into) {
    if (node.is_text()) {
        into.anniversary = node.word({"anniversary"}) == "anniversary";
        return;
    }
    for (auto const& entry : node.items()) into.dates.push_back(read_month_day(entry));
    if (into.dates.empty()) node.fail("is empty");
}

reminder_template read_reminder(json_node const& node, catalogue const& in) {
    node.only_members({"title", "scope", "state", "entities", "dates", "repeat", "note"});
    reminder_template result;
    result.title = node.member("title").text();
    result.note = node.member("note").text(1000);
    result.scope = read_scope(node.member("scope"));
    auto state = node.optional_member("state");
    if (state.has_value() != (result.scope == reminder_scope::state))
        node.member("scope").fail("\"state\" and the member `state` go together");
    if (state) result.state = state->text();
    if (state && std::count(in.us_states.begin(), in.us_states.end(), result.state) == 0)
        state->fail("\"" + result.state + "\" is not in states.json");
    seen names;
    for (auto const& entry : node.member("entities").items()) {
        entry.unique(names, entry.text());
        if (!in.find_reminder_entity(entry.text()))
            entry.fail("\"" + entry.text() + "\" is not in $.entities");
        result.entities.push_back(entry.text());
    }
    if (result.entities.empty()) node.member("entities").fail("is empty");
    read_dates(node.member("dates"), result);
    result.repeat =
        node.member("repeat").word({"weekly", "monthly", "quarterly", "yearly", "biennial"});
    return result;
}

void read_reminders(json_node const& root, catalogue& into) {
    root.only_members({"entities", "reminders"});
    seen names;
    for (auto const& node : root.member("entities").items()) {
        node.only_members({"subcategory", "state_field"});
        auto name = node.member("subcategory");
        auto const& owner = subcategory_of(name, into);
        name.unique(names, owner.key);
        auto state_field = node.member("state_field");
        if (!owner.find_field(state_field.text()))
            state_field.fail("\"" + state_field.text() + "\" is no field of " + owner.key);
        into.reminder_entities.push_back({owner.key, state_field.text()});
    }
    for (auto const& node : root.member("reminders").items())
        into.reminders.push_back(read_reminder(node, into));
}

} // namespace

field const* subcategory::find_field(std::string_view name) const {
    return find(fields, &field::key, name);
}

category const* catalogue::find_category(std::string_view slug) const {
    return find(categories, &category::slug, slug);
}

subcategory const* catalogue::find_subcategory(std::string_view category,
                                               std::string_view key) const {
    auto const* owner = find_category(category);
    return owner ? find(owner->subcategories, &subcategory::key, key) : nullptr;
}

subcategory const* catalogue::find_subcategory(std::string_view key) const {
    for (auto const& owner : categories)
        if (auto const* found = find(owner.subcategories, &subcategory::key, key)) return found;
    return nullptr;
}

provider_details const* catalogue::find_provider(std::string_view name) const {
    return find(provider_details, &provider_details::name, name);
}

visa_country const* catalogue::find_visa_country(std::string_view name) const {
    return find(visa_countries, &visa_country::name, name);
}

reminder_entity const* catalogue::find_reminder_entity(std::string_view subcategory) const {
    return find(reminder_entities, &reminder_entity::subcategory, subcategory);
}

catalogue load_catalogue(std::filesystem::path const& folder) {
    catalogue result;
    // The order matters: later files refer to what earlier ones define.
    json_file states(folder, "states.json");
    states.root().only_members({"us_states"});
    result.us_states = text_list(states.root().member("us_states"));
    read_categories(json_file(folder, "categories.json").root(), result);
    read_coverage(json_file(folder, "coverage.json").root(), result);
    read_providers(json_file(folder, "insurance_providers.json").root(), result);
    read_visas(json_file(folder, "visas.json").root(), result);
    read_reminders(json_file(folder, "business_reminders.json").root(), result);
    return result;
}

std::filesystem::path find_catalogue_dir(std::filesystem::path const& wanted,
                                         std::filesystem::path const& exe_dir) {
    auto holds_one = [](std::filesystem::path const& folder) {
        std::error_code ignored;
        return std::filesystem::exists(folder / "categories.json", ignored);
    };
    if (!wanted.empty()) {
        if (holds_one(wanted)) return wanted;
        throw catalogue_error("CATALOGUE_DIR: no categories.json in " + wanted.string());
    }
    auto installed = exe_dir / ".." / "share" / "kinvault" / "catalogue";
    if (holds_one(installed)) return installed;
    std::filesystem::path sources = KINVAULT_SOURCE_CONFIG "/catalogue";
    if (holds_one(sources)) return sources;
    throw catalogue_error("no catalogue in " + installed.string() + " nor in " + sources.string() +
                          "; say where it is with CATALOGUE_DIR");
}

std::filesystem::path find_catalogue_dir(std::filesystem::path const& wanted) {
    std::error_code ignored;
    auto self = std::filesystem::read_symlink("/proc/self/exe", ignored);
    return find_catalogue_dir(wanted, self.parent_path());
}

} // namespace kinvault::config
