// Of the dry run: the rows, the organisations' keys and the values of fields.
#include "crypto/encoding.hpp"
#include "domain/adoption/inspect.hpp"
#include "domain/adoption/organizations.hpp"
#include "sql/statements.hpp"
#include "storage/postgres/rows.hpp"

#include <boost/describe/class.hpp>

namespace kinvault::domain::adoption {

namespace {

constexpr int most_of_a_kind = 100;
constexpr int field_page = 2000;
/// iv and tag around nothing at all.
constexpr std::size_t least_encrypted = 12 + 16;

struct changes_row {
    std::int64_t sessions = 0;
    std::int64_t live_sessions = 0;
    std::int64_t reset_links = 0;
    std::int64_t versions = 0;
    std::int64_t reminders = 0;
    std::int64_t odd_repeats = 0;
    std::int64_t items = 0;
    std::int64_t fields = 0;
    std::int64_t files = 0;
    std::int64_t users = 0;
    std::int64_t organizations = 0;
};
BOOST_DESCRIBE_STRUCT(changes_row, (),
                      (sessions, live_sessions, reset_links, versions, reminders, odd_repeats,
                       items, fields, files, users, organizations))

struct text_row {
    std::string line;
};
BOOST_DESCRIBE_STRUCT(text_row, (), (line))

struct dangling_row {
    std::string place;
    std::string id;
    std::int64_t total = 0;
};
BOOST_DESCRIBE_STRUCT(dangling_row, (), (place, id, total))

struct oddity_row {
    std::string what;
    std::string which;
    std::int64_t total = 0;
};
BOOST_DESCRIBE_STRUCT(oddity_row, (), (what, which, total))

struct kind_row {
    std::string category;
    std::string subcategory;
    std::int64_t total = 0;
};
BOOST_DESCRIBE_STRUCT(kind_row, (), (category, subcategory, total))

struct field_row {
    std::string id;
    std::string item_id;
    std::string field_key;
    std::string field_value;
    std::string category;
    std::string subcategory;
    std::string org_id;
};
BOOST_DESCRIBE_STRUCT(field_row, (),
                      (id, item_id, field_key, field_value, category, subcategory, org_id))

/// The first of several rows that tell of one kind carries the whole number.
template <class Rows, class Add>
void add_counted(Rows const& rows, std::string Rows::value_type::*kind, Add add) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        bool const first = i == 0 || rows[i].*kind != rows[i - 1].*kind;
        add(rows[i], first ? rows[i].total : 0);
    }
}

bool looks_encrypted(std::string const& stored) {
    auto const bytes = crypto::base64_decode(stored);
    return bytes && bytes->size() >= least_encrypted;
}

} // namespace

task<void> inspection::read_changes() {
    pg::parameters none;
    auto const result = co_await db_.run(sql::adoption_check::changes, std::move(none));
    auto const row = pg::read_row<changes_row>(result, 0);
    report_.changes = {
        {"sessions keep their hash instead of their token, " + std::to_string(row.live_sessions) +
             " of them are live and stay so",
         row.sessions},
        {"password reset links keep their hash instead of their token", row.reset_links},
        {"rows with an encryption version other than 1 and 2 get the one that fits", row.versions},
        {"reminders with less than 0 or more than 3650 days ahead get the nearest of these",
         row.reminders},
        {"items become searchable", row.items}};
    if (row.odd_repeats > 0) {
        report_.warnings.push_back(std::to_string(row.odd_repeats) +
                                   " reminders repeat in a way nobody knows, so they will not move "
                                   "on");
    }
    field_total_ = row.fields;
    report_.files.total = row.files;
    report_.organizations.total = row.organizations;
}

task<void> inspection::find_dangling() {
    pg::parameters parameters(schema_, most_of_a_kind);
    auto const texts = co_await db_.run(sql::adoption_check::dangling_texts, std::move(parameters));
    auto const all = pg::read_rows<text_row>(texts);
    std::int64_t done = 0;
    for (auto const& one : all) {
        tell("references", done++, static_cast<std::int64_t>(all.size()));
        auto const found = co_await db_.execute(one.line, "dangling");
        add_counted(pg::read_rows<dangling_row>(found), &dangling_row::place,
                    [&](dangling_row const& row, std::int64_t count) {
                        add_breakage(report_,
                                     "rows refer by " + row.place + " to what is not there", row.id,
                                     count);
                    });
    }
}

task<void> inspection::find_oddities() {
    pg::parameters parameters(most_of_a_kind);
    auto const result = co_await db_.run(sql::adoption_check::oddities, std::move(parameters));
    add_counted(pg::read_rows<oddity_row>(result), &oddity_row::what,
                [&](oddity_row const& row, std::int64_t count) {
                    add_breakage(report_, row.what, row.which, count);
                });
    pg::parameters none;
    auto const shared = co_await db_.run(sql::adoption_check::shared_objects, std::move(none));
    for (auto& row : pg::read_rows<text_row>(shared)) {
        report_.refusals.push_back(std::move(row.line));
    }
}

task<void> inspection::find_unknown_kinds() {
    pg::parameters none;
    auto const result = co_await db_.run(sql::adoption_check::kinds, std::move(none));
    for (auto const& row : pg::read_rows<kind_row>(result)) {
        if (catalogue_.find_subcategory(row.category, row.subcategory)) continue;
        add_breakage(report_, "items are of a category that the catalogue does not have",
                     row.category + "/" + row.subcategory, row.total);
    }
}

task<void> inspection::read_keys() {
    organization_pages pages(db_);
    for (;;) {
        auto const page = co_await pages.next();
        if (page.empty()) break;
        for (auto const& one : page) {
            auto key = keys_.unwrap(one.encryption_key_enc);
            if (!key) {
                add_breakage(report_, "organisations' keys do not open with this SECRET_KEY",
                             one.id);
                continue;
            }
            ++report_.organizations.readable;
            organization_keys_.emplace(one.id, std::move(*key));
        }
    }
    if (report_.organizations.total > 0 && organization_keys_.empty()) {
        report_.refusals.push_back("SECRET_KEY is not that of this vault: it opens none of its "
                                   "organisations' keys");
    }
}

task<void> inspection::read_fields() {
    std::string last;
    std::int64_t done = 0;
    auto& counts = report_.fields;
    for (;;) {
        tell("values of fields", done, field_total_);
        pg::parameters parameters(last, field_page);
        auto const result = co_await db_.run(sql::adoption_check::fields, std::move(parameters));
        auto const rows = pg::read_rows<field_row>(result);
        if (rows.empty()) break;
        last = rows.back().id;
        done += static_cast<std::int64_t>(rows.size());
        for (auto const& row : rows) {
            auto const* kind = catalogue_.find_subcategory(row.category, row.subcategory);
            auto const* field = kind ? kind->find_field(row.field_key) : nullptr;
            if (!field || !field->encrypted_v1) continue;
            ++counts.total;
            auto const key = organization_keys_.find(row.org_id);
            bool const opens = key != organization_keys_.end() &&
                               key->second.decrypt_field(row.field_value) != row.field_value;
            if (opens) {
                ++counts.decrypted;
            } else if (!looks_encrypted(row.field_value)) {
                ++counts.plain;
            } else {
                ++counts.unreadable;
                add_breakage(report_, "values do not decrypt and are shown as they are stored",
                             row.field_key + " of item " + row.item_id);
            }
        }
    }
}

} // namespace kinvault::domain::adoption
