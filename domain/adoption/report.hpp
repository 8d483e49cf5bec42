// What a dry run finds out about a database, as it is printed: the members are those of the JSON
// document of `kinvault adopt --dry-run --json`.
#pragma once

#include <boost/describe/class.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace kinvault::domain::adoption {

/// Rows that would be changed.
struct change {
    std::string what;
    std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(change, (), (what, count))

/// Things of one kind that are broken already; `examples` holds the first of them.
struct breakage {
    std::string what;
    std::int64_t count = 0;
    std::vector<std::string> examples;
};
BOOST_DESCRIBE_STRUCT(breakage, (), (what, count, examples))

struct readable_keys {
    std::int64_t total = 0;
    std::int64_t readable = 0;
};
BOOST_DESCRIBE_STRUCT(readable_keys, (), (total, readable))

/// Values in fields that the server encrypts, of items of version 1.
struct readable_fields {
    std::int64_t total = 0;
    std::int64_t decrypted = 0;
    std::int64_t plain = 0; ///< stored before there was encryption
    std::int64_t unreadable = 0;
};
BOOST_DESCRIBE_STRUCT(readable_fields, (), (total, decrypted, plain, unreadable))

struct readable_files {
    std::int64_t total = 0;
    std::int64_t present = 0;       ///< have an object of the right size
    std::int64_t version_1 = 0;     ///< the server's own encryption
    std::int64_t decrypted = 0;     ///< of those, read to the end with the right tag
    std::int64_t not_tried = 0;     ///< of those, not in the sample
    std::int64_t extra_objects = 0; ///< no row names them
};
BOOST_DESCRIBE_STRUCT(readable_files, (),
                      (total, present, version_1, decrypted, not_tried, extra_objects))

struct report {
    std::string state; ///< `empty`, `kinvault`, `original` or `unknown`
    bool can_be_adopted = false;
    std::vector<std::string> refusals; ///< why not
    std::vector<std::string> warnings;
    std::vector<change> changes;
    std::vector<std::string> adjustments; ///< statements for names and defaults that differ
    std::vector<std::string> migrations;  ///< that would be applied
    readable_keys organizations;
    readable_fields fields;
    readable_files files;
    std::vector<breakage> broken;
};
BOOST_DESCRIBE_STRUCT(report, (),
                      (state, can_be_adopted, refusals, warnings, changes, adjustments, migrations,
                       organizations, fields, files, broken))

/// Adds one to the breakages of its kind.
void add_breakage(report& to, std::string const& what, std::string example, std::int64_t count = 1);
/// How many things are broken.
std::int64_t count_broken(report const& of);
/// For a terminal.
std::string to_text(report const& of);

} // namespace kinvault::domain::adoption
