// The catalogue: which categories, fields, coverage, providers, visas and reminders a vault knows.
// Data in catalogue/*.json, read once at the start and then constant; used by domain and server.
// Adding a category or a field is an edit there: no migration, no rebuild.
#pragma once

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace kinvault::config {

/// A fault in the catalogue: what() is one line with file and path of the member.
class catalogue_error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

struct option {
    std::string value, label;
};

struct field {
    std::string key, label;
    std::string type; ///< text, textarea, number, date, select, provider or person
    bool required = false;
    bool encrypted_v1 = false; ///< encrypted by the server in items of version 1
    std::optional<std::vector<option>> options;
};

struct field_group {
    std::string label;
    std::vector<field> fields;
};

struct plan_limit {
    std::string key, label, group;
    int sort_order = 0;
};

struct coverage_row {
    std::string key, label, section;
    int sort_order = 0;
};

struct coverage {
    std::string layout; ///< standard, health or life
    bool supports_providers = false;
    std::vector<plan_limit> plan_limits;
    std::vector<coverage_row> default_rows;
};

struct subcategory {
    std::string key, label, icon;
    std::vector<field> fields; ///< those of all groups, where there are groups
    std::optional<std::vector<field_group>> field_groups;
    std::vector<std::string> file_slots;
    bool recommended = false;
    std::optional<config::coverage> coverage;
    bool renewable = false;       ///< POST /api/items/{id}/renew works on it
    bool insurance = false;       ///< counts as a policy in the dashboard
    bool linkable_child = false;  ///< may be linked to a business
    bool business_entity = false; ///< a business that others are linked to

    /// Null when there is no such field.
    field const* find_field(std::string_view key) const;
};

struct category {
    std::string slug, label, icon;
    std::vector<subcategory> subcategories;
};

/// How to reach somebody: a provider's hotline, a country's visa office.
struct contact {
    std::string label, value;
    std::string contact_type; ///< phone, email, website or address
};

struct provider_details {
    std::string name;
    std::optional<std::string> portal_url, claims_address;
    std::vector<contact> contacts;
};

struct visa_country {
    std::string name;
    std::vector<std::string> types; ///< empty where only contacts are known
    std::vector<contact> contacts;
};

/// A day of every year; 29 February is not allowed.
struct month_day {
    int month = 1; ///< 1 to 12
    int day = 1;   ///< 1 to 31
};

enum class reminder_scope { federal, federal_s_corp, employment, state };

/// A reminder generated for businesses (API §8).
struct reminder_template {
    std::string title, note;
    reminder_scope scope = reminder_scope::federal;
    std::string state;                 ///< name of the state, for scope state only
    std::vector<std::string> entities; ///< subcategory keys it is for
    bool anniversary = false;          ///< due on the anniversary of formation_date
    std::vector<month_day> dates;      ///< else the dates it moves along, at least one
    std::string repeat;                ///< weekly, monthly, quarterly, yearly or biennial
};

/// A subcategory that reminders are generated for.
struct reminder_entity {
    std::string subcategory;
    std::string state_field; ///< key of the field that names the state it was formed in
};

struct catalogue {
    std::vector<config::category> categories;
    std::vector<std::string> us_states;
    std::vector<std::string> provider_names;
    std::vector<config::provider_details> provider_details;
    std::vector<visa_country> visa_countries; ///< sorted by name
    std::vector<reminder_entity> reminder_entities;
    std::vector<reminder_template> reminders;

    // All give null for what is not there; the pointers live as long as the catalogue is not moved.
    category const* find_category(std::string_view slug) const;
    subcategory const* find_subcategory(std::string_view category, std::string_view key) const;
    /// Keys of subcategories are unique over all categories.
    subcategory const* find_subcategory(std::string_view key) const;
    config::provider_details const* find_provider(std::string_view name) const;
    visa_country const* find_visa_country(std::string_view name) const;
    reminder_entity const* find_reminder_entity(std::string_view subcategory) const;
};

/// Reads the six files of `folder`. Throws catalogue_error on the first fault.
catalogue load_catalogue(std::filesystem::path const& folder);

/// The folder of the catalogue: `wanted` (setting CATALOGUE_DIR) when it is not empty, else
/// `<exe_dir>/../share/kinvault/catalogue`, else the one of the source tree this was built from.
/// Throws catalogue_error when there is none.
std::filesystem::path find_catalogue_dir(std::filesystem::path const& wanted,
                                         std::filesystem::path const& exe_dir);
/// The same with the folder of the running program.
std::filesystem::path find_catalogue_dir(std::filesystem::path const& wanted);

} // namespace kinvault::config
