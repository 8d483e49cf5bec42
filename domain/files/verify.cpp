#include "domain/files/verify.hpp"

#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"
#include "domain/files/plain_reader.hpp"
#include "sql/statements.hpp"
#include "storage/blob/interrupted.hpp"
#include "storage/blob/lanes.hpp"
#include "storage/blob/listing.hpp"
#include "storage/postgres/rows.hpp"

#include <boost/describe/class.hpp>

namespace kinvault::domain::files {

namespace {

constexpr std::size_t read_size = 256 << 10;

struct files_total_row {
    std::int64_t files = 0;
    std::int64_t bytes = 0;
};
BOOST_DESCRIBE_STRUCT(files_total_row, (), (files, bytes))

struct object_known_row {
    bool has_row = false;
    bool is_pending = false;
};
BOOST_DESCRIBE_STRUCT(object_known_row, (), (has_row, is_pending))

/// Goes through the rows in the order of their keys, a page at a time.
class row_listing {
  public:
    explicit row_listing(pg::session& db) : db_(db) {}

    /// The current row, null at the end; valid until the next call.
    task<checked_row const*> current() {
        if (at_ == page_.size() && !last_) {
            co_await turn();
        }
        co_return at_ < page_.size() ? &page_[at_] : nullptr;
    }
    void advance() { ++at_; }

  private:
    task<void> turn() {
        constexpr std::size_t page_size = 1000;
        std::string const after = page_.empty() ? std::string() : page_.back().storage_key;
        pg::parameters parameters(after, static_cast<std::int64_t>(page_size));
        auto const result = co_await db_.run(sql::files::in_order, std::move(parameters));
        page_ = pg::read_rows<checked_row>(result);
        last_ = page_.size() < page_size;
        at_ = 0;
    }

    pg::session& db_;
    std::vector<checked_row> page_;
    std::size_t at_ = 0;
    bool last_ = false;
};

/// Computes the checksum of what is read through it.
class hashing_reader final : public blob::reader {
  public:
    hashing_reader(std::unique_ptr<blob::reader> source, crypto::sha256& hash, verify_watch& watch)
        : source_(std::move(source))
        , hash_(hash)
        , watch_(watch) {}

    std::uint64_t size() const override { return source_->size(); }
    task<std::size_t> read_some(std::span<std::uint8_t> into) override {
        if (watch_.stopped()) throw blob::interrupted();
        std::size_t const count = co_await source_->read_some(into);
        hash_.update(into.first(count));
        co_return count;
    }

  private:
    std::unique_ptr<blob::reader> source_;
    crypto::sha256& hash_;
    verify_watch& watch_;
};

/// Version 2 has no more than the reader.
class sealed_content final : public outgoing {
  public:
    explicit sealed_content(std::unique_ptr<blob::reader> source) : source_(std::move(source)) {}
    task<std::size_t> read_some(std::span<std::uint8_t> into) override {
        return source_->read_some(into);
    }

  private:
    std::unique_ptr<blob::reader> source_;
};

std::uint64_t stored_size(content_row const& row) {
    auto const plain = static_cast<std::uint64_t>(row.file_size);
    return row.encryption_version == 1 ? plain + crypto::gcm_tag_size : plain;
}

/// One run, shared by what it does at the same time.
class verification {
  public:
    verification(pg::session& db, blob::store& store, crypto::master_key const& keys,
                 verify_options how, verify_watch& watch)
        : db_(db)
        , store_(store)
        , keys_(keys)
        , how_(how)
        , watch_(watch)
        , road_(how.at_once) {}

    task<verify_report> all() {
        pg::parameters none;
        auto const result = co_await db_.run(sql::files::total, std::move(none));
        auto const total = pg::read_row<files_total_row>(result, 0);
        watch_.total(static_cast<std::uint64_t>(total.files),
                     static_cast<std::uint64_t>(total.bytes));
        std::exception_ptr failed;
        try {
            co_await walk();
        } catch (...) {
            failed = std::current_exception();
        }
        co_await road_.end();
        road_.rethrow();
        if (failed) std::rethrow_exception(failed);
        co_return report_;
    }

  private:
    /// Rows and objects side by side.
    task<void> walk() {
        row_listing wanted(db_);
        blob::listing there(store_);
        for (;;) {
            if (watch_.stopped()) throw blob::interrupted();
            auto const* const row = co_await wanted.current();
            auto const* const object = co_await there.current();
            if (!row && !object) break;
            if (!row || (object && object->key < row->storage_key)) {
                co_await judge_extra(*object);
                there.advance();
                continue;
            }
            ++report_.files;
            bool const found = object && object->key == row->storage_key;
            auto work = found ? check(*row, object->size) : look_again(*row);
            co_await road_.start(std::move(work));
            wanted.advance();
            if (found) there.advance();
        }
    }

    /// An object that was listed and had no row when the rows were read.
    task<void> judge_extra(blob::entry object) {
        pg::parameters parameters(object.key);
        auto const result = co_await db_.run(sql::files::known, std::move(parameters));
        auto const known = pg::read_row<object_known_row>(result, 0);
        if (known.has_row) co_return; // it has just arrived
        if (known.is_pending) {
            ++report_.pending;
            co_return;
        }
        // Rows are deleted before objects: gone by now means that it was on its way out.
        auto const size = co_await store_.size(object.key);
        if (!size) co_return;
        ++report_.extra;
        watch_.found({flaw::kind::extra, object.key, {}, {}, *size});
    }

    /// A row whose object was not listed: it may have come since, or the row may have gone.
    task<void> look_again(checked_row row) {
        std::optional<std::uint64_t> size;
        // An adopted row may have a key that no store of ours can have.
        if (blob::valid_key(row.storage_key)) {
            size = co_await store_.size(row.storage_key);
        }
        if (size) {
            co_await check(std::move(row), *size);
        } else {
            co_await judge_missing(std::move(row));
        }
    }

    task<void> judge_missing(checked_row row) {
        watch_.done(static_cast<std::uint64_t>(row.file_size));
        pg::parameters parameters(row.storage_key);
        auto const result = co_await db_.run(sql::files::known, std::move(parameters));
        auto const known = pg::read_row<object_known_row>(result, 0);
        if (!known.has_row) {
            --report_.files; // deleted meanwhile
            co_return;
        }
        ++report_.missing;
        watch_.found({flaw::kind::missing, row.storage_key, row.id, {}, 0});
    }

    task<void> check(checked_row row, std::uint64_t size) {
        std::string why;
        bool missing = false;
        try {
            co_await compare(row, size);
        } catch (damaged const& error) {
            why = error.what();
        } catch (blob::blob_missing const&) {
            missing = true;
        }
        if (missing) {
            co_await judge_missing(std::move(row));
            co_return;
        }
        watch_.done(static_cast<std::uint64_t>(row.file_size));
        if (why.empty()) co_return;
        ++report_.damaged;
        watch_.found({flaw::kind::damaged, row.storage_key, row.id, why, 0});
    }

    /// Throws `damaged`.
    task<void> compare(checked_row row, std::uint64_t size) {
        if (size != stored_size(row))
            throw damaged("its size is " + std::to_string(size) + " instead of " +
                          std::to_string(stored_size(row)) + " bytes");
        if (!how_.contents) co_return;
        std::optional<blob::byte_range> const whole;
        std::unique_ptr<blob::reader> object = co_await store_.open(row.storage_key, whole);
        crypto::sha256 hash;
        object = std::make_unique<hashing_reader>(std::move(object), hash, watch_);
        auto const key = row.encryption_version == 1 ? keys_.unwrap(row.organization_key)
                                                     : std::optional<crypto::organization_key>();
        std::unique_ptr<outgoing> content;
        if (key) {
            content = std::make_unique<plain_reader>(std::move(object), *key, row);
        } else {
            content = std::make_unique<sealed_content>(std::move(object));
        }
        std::vector<std::uint8_t> buffer(read_size);
        for (;;) {
            std::size_t const count = co_await content->read_some(buffer);
            if (count == 0) break;
            report_.bytes += count;
        }
        if (row.sha256 && crypto::hex_encode(hash.finish()) != *row.sha256)
            throw damaged("its SHA-256 is not that of the row");
        if (!row.sha256 && !key) ++report_.unchecked;
    }

    pg::session& db_;
    blob::store& store_;
    crypto::master_key const& keys_;
    verify_options const how_;
    verify_watch& watch_;
    blob::lanes road_;
    verify_report report_;
};

} // namespace

std::string_view name_of(flaw::kind what) {
    switch (what) {
    case flaw::kind::missing:
        return "missing";
    case flaw::kind::damaged:
        return "damaged";
    case flaw::kind::extra:
        break;
    }
    return "extra";
}

task<verify_report> verify(pg::session& db, blob::store& store, crypto::master_key const& keys,
                           verify_options how, verify_watch& watch) {
    verification work(db, store, keys, how, watch);
    auto report = co_await work.all();
    co_return report;
}

} // namespace kinvault::domain::files
