// What goes over the wire about categories (contract, section 4).
#pragma once

#include "domain/schema/types.hpp"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <vector>

namespace kinvault::domain::categories {

struct category_summary {
    std::string slug, label, icon;
    std::int64_t subcategory_count = 0;
    std::int64_t total_items = 0;
};
BOOST_DESCRIBE_STRUCT(category_summary, (), (slug, label, icon, subcategory_count, total_items))

struct option {
    std::string value, label;
};
BOOST_DESCRIBE_STRUCT(option, (), (value, label))

struct field {
    std::string key, label, type;
    bool required = false;
    std::optional<std::vector<option>> options;
};
BOOST_DESCRIBE_STRUCT(field, (), (key, label, type, required, options))

struct field_group {
    std::string label;
    std::vector<field> fields;
};
BOOST_DESCRIBE_STRUCT(field_group, (), (label, fields))

struct plan_limit {
    std::string key, label, group;
    std::int64_t sort_order = 0;
};
BOOST_DESCRIBE_STRUCT(plan_limit, (), (key, label, group, sort_order))

struct coverage_row {
    std::string key, label, section;
    std::int64_t sort_order = 0;
};
BOOST_DESCRIBE_STRUCT(coverage_row, (), (key, label, section, sort_order))

struct coverage {
    std::string layout;
    bool supports_providers = false;
    std::vector<plan_limit> plan_limits;
    std::vector<coverage_row> default_rows;
};
BOOST_DESCRIBE_STRUCT(coverage, (), (layout, supports_providers, plan_limits, default_rows))

struct subcategory {
    std::string key, label, icon;
    std::vector<field> fields;
    std::optional<std::vector<field_group>> field_groups;
    std::vector<std::string> file_slots;
    bool recommended = false;
    std::int64_t item_count = 0;
    std::optional<coverage> coverage_definition;
};
BOOST_DESCRIBE_STRUCT(subcategory, (),
                      (key, label, icon, fields, field_groups, file_slots, recommended, item_count,
                       coverage_definition))

struct category {
    std::string slug, label, icon;
    std::vector<subcategory> subcategories;
};
BOOST_DESCRIBE_STRUCT(category, (), (slug, label, icon, subcategories))

} // namespace kinvault::domain::categories
