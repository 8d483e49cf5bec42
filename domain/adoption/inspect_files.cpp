// Of the dry run: the files. Rows and objects are walked side by side in the order of their keys,
// so that one listing tells what is missing and what is extra; files of version 1 are read to their
// end.
#include "domain/adoption/inspect.hpp"
#include "domain/files/plain_reader.hpp"
#include "sql/statements.hpp"
#include "storage/postgres/rows.hpp"

#include <boost/describe/class.hpp>

namespace kinvault::domain::adoption {

namespace {

constexpr int page_size = 1000;
constexpr std::size_t piece_size = 256 << 10;
constexpr std::uint64_t tag_size = 16;
std::string const behind_all_keys = "\x7f"; // see blob::valid_key

struct stored_file : files::content_row {
    std::string lot; ///< orders files at random, the same each time
};
BOOST_DESCRIBE_STRUCT(stored_file, (files::content_row), (lot))

/// Reads to the end; throws `damaged`.
task<void> drain(files::outgoing& content) {
    std::vector<std::uint8_t> buffer(piece_size);
    for (;;) {
        std::size_t const count = co_await content.read_some(buffer);
        if (count == 0) break;
    }
}

} // namespace

struct inspection::file_scan {
    std::vector<stored_file> rows; ///< a page of them
    std::vector<blob::entry> objects;
    std::size_t next_object = 0;
    bool listed = false;             ///< no page of objects comes behind this one
    std::optional<std::string> lots; ///< files up to this lot are read; nothing: all
    std::string last_object;
    std::int64_t done = 0;
};

/// Moves to the first object whose key is not before `key`. What is passed belongs to no row.
task<void> inspection::advance(file_scan& scan, std::string const& key) {
    for (;;) {
        for (; scan.next_object < scan.objects.size(); ++scan.next_object) {
            if (scan.objects[scan.next_object].key >= key) co_return;
            ++report_.files.extra_objects;
        }
        if (scan.listed) co_return;
        auto const after = scan.last_object;
        scan.objects = co_await store_.list(after, page_size);
        scan.next_object = 0;
        scan.listed = scan.objects.size() < page_size;
        if (!scan.objects.empty()) scan.last_object = scan.objects.back().key;
    }
}

/// What is wrong with the object of a row; nothing when all is well.
task<std::string> inspection::damage_of(file_scan& scan, std::size_t index) {
    auto const& row = scan.rows[index];
    bool const encrypted = row.encryption_version == 1;
    if (!blob::valid_key(row.storage_key)) co_return "objects have keys that cannot be";
    co_await advance(scan, row.storage_key);
    bool const there = scan.next_object < scan.objects.size() &&
                       scan.objects[scan.next_object].key == row.storage_key;
    if (!there) co_return "objects are missing";
    auto const size = scan.objects[scan.next_object++].size;
    auto const expected =
        static_cast<std::uint64_t>(row.file_size) + (encrypted ? tag_size : std::uint64_t{0});
    if (size != expected) co_return "objects have another size than their row says";
    ++report_.files.present;
    if (!encrypted) co_return "";
    if (scan.lots && row.lot > *scan.lots) {
        ++report_.files.not_tried;
        co_return "";
    }
    auto const key = keys_.unwrap(row.organization_key);
    if (!key) co_return "files are encrypted under a key that does not open";
    try {
        std::optional<blob::byte_range> const whole;
        std::unique_ptr<blob::reader> object = co_await store_.open(row.storage_key, whole);
        files::plain_reader content(std::move(object), *key, row);
        co_await drain(content);
        ++report_.files.decrypted;
        co_return "";
    } catch (blob::blob_missing const&) {
        co_return "objects are missing";
    } catch (files::damaged const& error) {
        co_return std::string("objects are damaged: ") + error.what();
    }
}

task<void> inspection::read_page(file_scan& scan) {
    for (std::size_t i = 0; i < scan.rows.size(); ++i) {
        tell("files", scan.done, report_.files.total);
        ++scan.done;
        if (scan.rows[i].encryption_version == 1) ++report_.files.version_1;
        auto const damage = co_await damage_of(scan, i);
        if (damage.empty()) continue;
        add_breakage(report_, damage, "file " + scan.rows[i].id + ": " + scan.rows[i].storage_key);
    }
}

task<void> inspection::read_files() {
    file_scan scan;
    if (options_.sample) {
        pg::parameters parameters(*options_.sample);
        auto const answer =
            co_await db_.run(sql::adoption_check::sample_limit, std::move(parameters));
        // Fewer than the sample: all of them.
        scan.lots = pg::scalar<std::string>(answer);
        if (*options_.sample == 0) scan.lots = "";
    }
    std::string last;
    for (;;) {
        pg::parameters parameters(last, page_size);
        auto const result = co_await db_.run(sql::adoption_check::files, std::move(parameters));
        scan.rows = pg::read_rows<stored_file>(result);
        if (scan.rows.empty()) break;
        last = scan.rows.back().storage_key;
        co_await read_page(scan);
    }
    co_await advance(scan, behind_all_keys);
}

} // namespace kinvault::domain::adoption
