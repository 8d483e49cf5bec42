#include "domain/files/service.hpp"

#include "crypto/encoding.hpp"
#include "crypto/random.hpp"
#include "domain/audit/record.hpp"
#include "domain/files/plain_reader.hpp"
#include "domain/files/removal.hpp"
#include "sql/statements.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

namespace kinvault::domain::files {

namespace {

/// How much of an object is worked on at once.
constexpr std::size_t piece_size = 64 * 1024;
/// Version-1 files up to this size are kept from the check of their tag; larger ones are read
/// twice.
constexpr std::size_t kept_size = 256 * 1024;

/// A file whose version is not known yet is held in memory up to this size, and all of them
/// together up to the other one: pictures and scans mostly are smaller. Beside the memory of parts
/// (UPLOAD_MEMORY), this is what uploads take.
constexpr std::size_t held_size = 4 << 20;
constexpr std::size_t held_together = 16 << 20;

constexpr std::string_view file_not_found = "File not found";

constexpr std::array<std::string_view, 7> allowed_types{
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/gif",
    "application/pdf",
    "application/msword",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document"};

/// `front_image` as `Front Image`.
std::string in_words(std::string_view purpose) {
    std::string words(purpose);
    bool start = true;
    for (char& c : words) {
        if (c == '_') c = ' ';
        if (start && c >= 'a' && c <= 'z')
            c = static_cast<char>(c - 'a' + 'A');
        else if (!start && c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
        bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);
        start = !letter;
    }
    return words;
}

std::string display_name(upload_form const& form, std::string const& file_name) {
    if (form.display_name && !form.display_name->empty()) return *form.display_name;
    if (form.purpose && !form.purpose->empty() && *form.purpose != "other") {
        return in_words(*form.purpose);
    }
    auto const dot = file_name.rfind('.');
    return dot == std::string::npos || dot == 0 ? file_name : file_name.substr(0, dot);
}

/// A version-1 file that fitted into memory while its tag was checked.
class kept final : public outgoing {
  public:
    explicit kept(std::vector<std::uint8_t> content) : content_(std::move(content)) {}
    task<std::size_t> read_some(std::span<std::uint8_t> into) override {
        auto const count = std::min(into.size(), content_.size() - position_);
        std::copy_n(content_.begin() + static_cast<std::ptrdiff_t>(position_), count, into.begin());
        position_ += count;
        co_return count;
    }

  private:
    std::vector<std::uint8_t> content_;
    std::size_t position_ = 0;
};

/// A version-2 file as it is stored.
class stored final : public outgoing {
  public:
    explicit stored(std::unique_ptr<blob::reader> source) : source_(std::move(source)) {}
    task<std::size_t> read_some(std::span<std::uint8_t> into) override {
        return source_->read_some(into);
    }

  private:
    std::unique_ptr<blob::reader> source_;
};

} // namespace

bool type_allowed(std::string_view mime_type) {
    return std::find(allowed_types.begin(), allowed_types.end(), mime_type) != allowed_types.end();
}

// --- one file on its way in ---

void service::refuse_size(std::uint64_t limit) {
    refuse(400, "File too large (max " + std::to_string(limit >> 20) + "MB)");
}

incoming::incoming(service& owner, active_organization_row organization, announcement what)
    : service_(owner)
    , organization_(std::move(organization))
    , announced_(what) {
    if (what.certain) return;
    auto const most =
        static_cast<std::size_t>(std::clamp<std::uint64_t>(what.at_most, 1, held_size));
    if (auto memory = service_.held_.try_acquire(most)) held_.emplace(std::move(*memory), most);
}

incoming::~incoming() {
    service_.running_.erase(key_);
}

task<void> incoming::begin(bool encrypt) {
    std::string const name = organization_.org_id + "/" + crypto::random_uuid() + ".enc";
    pg::parameters parameters(name);
    co_await service_.db_.run(sql::files::begin, std::move(parameters));
    auto const with_tag = announced_.at_most + crypto::gcm_tag_size;
    writer_ = co_await service_.store_.create(name, with_tag);
    key_ = name;
    service_.running_.insert(key_);
    if (encrypt) {
        auto const key = open_key(service_.keys_, organization_.organization_key);
        std::array<std::uint8_t, crypto::gcm_iv_size> iv;
        crypto::fill_random(iv);
        iv_ = crypto::base64_encode(iv);
        encryptor_.emplace(key.key(), iv);
    }
    if (!held_) co_return;
    std::span<std::uint8_t const> rest(held_->bytes.data(), held_->filled);
    while (!rest.empty()) {
        auto const piece = rest.first(std::min(rest.size(), piece_size));
        co_await put(piece);
        rest = rest.subspan(piece.size());
    }
    held_.reset();
}

task<void> incoming::write(std::span<std::uint8_t const> piece) {
    size_ += piece.size();
    if (size_ > service_.max_file_size()) service::refuse_size(service_.max_file_size());
    if (held_ && piece.size() <= held_->bytes.size() - held_->filled) {
        std::copy(piece.begin(), piece.end(), held_->bytes.data() + held_->filled);
        held_->filled += piece.size();
        co_return;
    }
    if (held_) {
        co_await begin(announced_.encrypt);
    }
    co_await put(piece);
}

task<void> incoming::put(std::span<std::uint8_t const> piece) {
    if (encryptor_) {
        ciphertext_.resize(piece.size());
        encryptor_->update(piece, ciphertext_);
        piece = ciphertext_;
    }
    co_await writer_->write(piece);
}

task<void> incoming::finish() {
    if (held_) co_return;
    co_await complete();
}

task<void> incoming::settle(bool encrypt) {
    if (!held_) co_return;
    co_await begin(encrypt);
    co_await complete();
}

task<void> incoming::complete() {
    if (encryptor_) {
        auto const tag = encryptor_->finish();
        tag_ = crypto::base64_encode(tag);
        std::span<std::uint8_t const> const end(tag);
        co_await writer_->write(end);
    }
    // Nothing may be called on it after this, whatever comes of it.
    auto const writer = std::move(writer_);
    stored_ = co_await writer->finish();
    whole_ = true;
}

// --- the service ---

service::service(pg::pool& db, blob::store& store, crypto::master_key const& keys, options limits)
    : db_(db)
    , store_(store)
    , keys_(keys)
    , limits_(limits)
    , held_(held_together) {}

task<active_organization_row> service::authorize(caller who) {
    auto owner = co_await active_organization(db_, std::move(who));
    co_return owner;
}

task<std::unique_ptr<incoming>> service::receive(active_organization_row owner, announcement what) {
    std::unique_ptr<incoming> content(new incoming(*this, std::move(owner), what));
    if (!content->held_) {
        co_await content->begin(what.encrypt);
    }
    co_return content;
}

task<void> service::keep_running() {
    if (running_.empty()) co_return;
    std::vector<std::string> const keys(running_.begin(), running_.end());
    pg::parameters parameters(keys);
    co_await db_.run(sql::files::touch, std::move(parameters));
}

task<void> service::require_item(caller who, std::string item_id) {
    pg::parameters parameters(who.token_hash, who.org_id, item_id);
    auto const result = co_await db_.run(sql::files::target, std::move(parameters));
    admit(who, result);
    if (!found(result)) refuse(404, item_not_found);
}

task<std::unique_ptr<incoming>> service::reencrypt(std::unique_ptr<incoming> content) {
    // The version came behind the file and is not what its type had suggested.
    auto owner = content->organization_;
    std::optional<blob::byte_range> const whole;
    auto const key = content->key_;
    std::unique_ptr<blob::reader> object = co_await store_.open(key, whole);
    std::unique_ptr<outgoing> source;
    if (content->encrypted()) {
        content_row row;
        row.file_size = static_cast<std::int64_t>(content->size_);
        row.encryption_iv = content->iv_;
        row.encryption_tag = content->tag_;
        auto const organization = open_key(keys_, owner.organization_key);
        source = std::make_unique<plain_reader>(std::move(object), organization, row);
    } else {
        source = std::make_unique<stored>(std::move(object));
    }
    announcement what;
    what.encrypt = !content->encrypted();
    what.at_most = content->size_;
    std::unique_ptr<incoming> copy = co_await receive(std::move(owner), what);
    std::vector<std::uint8_t> buffer(piece_size);
    for (;;) {
        std::size_t const count = co_await source->read_some(buffer);
        if (count == 0) break;
        auto const piece = std::span<std::uint8_t const>(buffer).first(count);
        co_await copy->write(piece);
    }
    co_await copy->finish();
    co_await discard(std::move(content));
    co_return copy;
}

task<file> service::store(caller who, std::unique_ptr<incoming>& content, upload_form form,
                          std::string file_name, std::string mime_type) {
    std::int64_t const version = *form.encryption_version;
    if (version == 1 && !type_allowed(mime_type)) {
        co_await require_item(who, form.item_id);
        refuse(400, "File type not allowed: " + mime_type);
    }
    bool const encrypt = version == 1;
    co_await content->settle(encrypt);
    if (content->encrypted() != encrypt) {
        content = co_await reencrypt(std::move(content));
    }
    file added;
    added.id = crypto::random_uuid();
    added.file_name = file_name.empty() ? "unnamed" : std::move(file_name);
    added.display_name = display_name(form, added.file_name);
    added.file_size = static_cast<std::int64_t>(content->size_);
    added.mime_type = std::move(mime_type);
    if (form.purpose) added.purpose = std::move(*form.purpose);
    added.encryption_version = version;
    pg::parameters parameters(who.token_hash, who.org_id, form.item_id, added.id, content->key_,
                              added.file_name, added.display_name, added.file_size, added.mime_type,
                              added.purpose, content->iv_, content->tag_, version,
                              content->stored_.sha256);
    auto const result = co_await db_.run(sql::files::store, std::move(parameters));
    admit(who, result);
    auto const row = found_row<stored_row>(result, item_not_found);
    if (!row.created_at) throw blob::store_error("an upload took so long that it was swept");
    added.created_at = *row.created_at;
    co_return added;
}

task<void> service::discard(std::unique_ptr<incoming> content) {
    if (content->key_.empty()) co_return;
    bool settled = content->whole_;
    if (content->writer_) {
        settled = co_await content->writer_->abort();
    }
    co_await store_.remove(content->key_);
    // What was on its way when the store failed may still arrive: the sweeper looks again, later.
    if (!settled) co_return;
    pg::parameters parameters(content->key_);
    co_await db_.run(sql::files::forget, std::move(parameters));
}

task<file_row> service::find(caller who, std::string id) {
    pg::parameters parameters(who.token_hash, who.org_id, id);
    auto const result = co_await db_.run(sql::files::by_id, std::move(parameters));
    admit(who, result);
    co_return found_row<file_row>(result, file_not_found);
}

task<std::unique_ptr<outgoing>> service::open(file_row row, std::optional<blob::byte_range> range,
                                              std::string address) {
    std::string why;
    try {
        std::unique_ptr<outgoing> content = co_await open_plain(row, range);
        co_return content;
    } catch (blob::blob_missing const&) {
        why = "it is missing";
    } catch (damaged const& error) {
        why = error.what();
    }
    co_await report(std::move(row), std::move(why), std::move(address));
    refuse(502, "File is unavailable");
}

task<void> service::report(file_row row, std::string why, std::string address) {
    spdlog::error("file {}: object {} cannot be served: {}; `kinvault verify` looks at all of them",
                  row.id, row.storage_key, why);
    audit::entry what{std::move(row.user_id), std::move(row.org_id), "file_unavailable",
                      row.id + ": " + why, std::move(address)};
    try {
        co_await audit::record(db_, std::move(what));
    } catch (std::runtime_error const& error) {
        spdlog::warn("the audit log misses that file {} is unavailable: {}", row.id, error.what());
    }
}

task<std::unique_ptr<outgoing>> service::open_plain(file_row row,
                                                    std::optional<blob::byte_range> range) {
    std::unique_ptr<blob::reader> object = co_await store_.open(row.storage_key, range);
    if (row.encryption_version != 1) {
        if (object->size() != static_cast<std::uint64_t>(row.file_size)) {
            throw damaged("its size is wrong");
        }
        co_return std::make_unique<stored>(std::move(object));
    }
    auto const key = open_key(keys_, row.organization_key);
    plain_reader check(std::move(object), key, row);
    auto const size = static_cast<std::uint64_t>(row.file_size);
    bool const keeps = size <= kept_size;
    std::vector<std::uint8_t> buffer(
        keeps ? static_cast<std::size_t>(std::max<std::uint64_t>(size, 1)) : piece_size);
    std::size_t filled = 0;
    for (;;) {
        // A buffer that is kept is full at the end; one byte more is asked for to see the end.
        std::array<std::uint8_t, 1> end;
        auto space = std::span(buffer).subspan(keeps ? filled : 0);
        if (space.empty()) space = end;
        std::size_t const count = co_await check.read_some(space);
        if (count == 0) break;
        filled += count;
    }
    if (keeps) {
        buffer.resize(filled);
        co_return std::make_unique<kept>(std::move(buffer));
    }
    std::unique_ptr<blob::reader> again = co_await store_.open(row.storage_key, range);
    co_return std::make_unique<plain_reader>(std::move(again), key, row);
}

task<file> service::rename(caller who, std::string id, rename_file sent) {
    pg::parameters parameters(who.token_hash, who.org_id, id, sent.display_name);
    auto const result = co_await db_.run(sql::files::rename, std::move(parameters));
    admit(who, result);
    co_return found_row<file>(result, file_not_found);
}

task<void> service::remove(caller who, std::string id) {
    pg::parameters parameters(who.token_hash, who.org_id, id, who.address);
    auto const result = co_await db_.run(sql::files::remove, std::move(parameters));
    admit(who, result);
    auto row = found_row<removed_row>(result, file_not_found);
    std::vector<std::string> keys{std::move(row.storage_key)};
    co_await remove_objects(db_, store_, std::move(keys));
}

} // namespace kinvault::domain::files
