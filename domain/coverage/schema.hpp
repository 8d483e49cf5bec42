// What goes over the wire about what an insurance covers (contract, section 9).
#pragma once

#include "domain/schema/types.hpp"
#include "storage/postgres/record.hpp"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <vector>

namespace kinvault::domain::coverage {

struct coverage_row : pg::record {
    std::string id, item_id, service_key, service_label;
    std::int64_t sort_order = 0;
    std::optional<std::string> in_copay, in_coinsurance, in_deductible_applies, in_notes;
    std::optional<std::string> out_copay, out_coinsurance, out_deductible_applies, out_notes;
    std::optional<std::string> coverage_limit, deductible, notes;
};
BOOST_DESCRIBE_STRUCT(coverage_row, (),
                      (id, item_id, service_key, service_label, sort_order, in_copay,
                       in_coinsurance, in_deductible_applies, in_notes, out_copay, out_coinsurance,
                       out_deductible_applies, out_notes, coverage_limit, deductible, notes))

struct plan_limit : pg::record {
    std::string id, item_id, limit_key, limit_label;
    std::optional<std::string> limit_value;
    std::int64_t sort_order = 0;
};
BOOST_DESCRIBE_STRUCT(plan_limit, (),
                      (id, item_id, limit_key, limit_label, limit_value, sort_order))

/// A doctor or hospital in the network of an insurance.
struct provider : pg::record {
    std::string id, item_id, provider_name;
    std::optional<std::string> specialty, phone, address, network_tier, notes;
};
BOOST_DESCRIBE_STRUCT(provider, (),
                      (id, item_id, provider_name, specialty, phone, address, network_tier, notes))

struct item_query {
    std::string item_id;
};
BOOST_DESCRIBE_STRUCT(item_query, (), (item_id))

struct row_input {
    schema::text<100> service_key;
    schema::text<200> service_label;
    schema::or_default<schema::integer<>, 0> sort_order;
    std::optional<schema::text<50>> in_copay, in_coinsurance;
    std::optional<schema::text<10>> in_deductible_applies;
    std::optional<std::string> in_notes;
    std::optional<schema::text<50>> out_copay, out_coinsurance;
    std::optional<schema::text<10>> out_deductible_applies;
    std::optional<std::string> out_notes;
    std::optional<schema::text<100>> coverage_limit, deductible;
    std::optional<std::string> notes;
};
BOOST_DESCRIBE_STRUCT(row_input, (),
                      (service_key, service_label, sort_order, in_copay, in_coinsurance,
                       in_deductible_applies, in_notes, out_copay, out_coinsurance,
                       out_deductible_applies, out_notes, coverage_limit, deductible, notes))

struct limit_input {
    schema::text<100> limit_key;
    schema::text<200> limit_label;
    std::optional<schema::text<100>> limit_value;
    schema::or_default<schema::integer<>, 0> sort_order;
};
BOOST_DESCRIBE_STRUCT(limit_input, (), (limit_key, limit_label, limit_value, sort_order))

/// All rows of an item.
struct new_rows {
    std::string item_id;
    std::vector<row_input> rows;
};
BOOST_DESCRIBE_STRUCT(new_rows, (), (item_id, rows))

/// All plan limits of an item.
struct new_limits {
    std::string item_id;
    std::vector<limit_input> limits;
};
BOOST_DESCRIBE_STRUCT(new_limits, (), (item_id, limits))

struct create_provider {
    std::string item_id;
    schema::text<255> provider_name;
    std::optional<schema::text<100>> specialty;
    std::optional<schema::text<50>> phone;
    std::optional<std::string> address;
    std::optional<schema::text<50>> network_tier;
    std::optional<std::string> notes;
};
BOOST_DESCRIBE_STRUCT(create_provider, (),
                      (item_id, provider_name, specialty, phone, address, network_tier, notes))

} // namespace kinvault::domain::coverage
