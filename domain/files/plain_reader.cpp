#include "domain/files/plain_reader.hpp"

#include "crypto/encoding.hpp"

#include <algorithm>

namespace kinvault::domain::files {

namespace {

crypto::bytes decode(std::string const& text, std::size_t size, char const* what) {
    auto value = crypto::base64_decode(text);
    if (!value || value->size() != size)
        throw damaged(std::string("its ") + what + " is not valid");
    return std::move(*value);
}

} // namespace

plain_reader::plain_reader(std::unique_ptr<blob::reader> source,
                           crypto::organization_key const& key, content_row const& row)
    : source_(std::move(source))
    , decryptor_(key.key(), decode(row.encryption_iv, crypto::gcm_iv_size, "iv"))
    , tag_(decode(row.encryption_tag, crypto::gcm_tag_size, "tag"))
    , left_(static_cast<std::uint64_t>(row.file_size)) {
    if (source_->size() != left_ + crypto::gcm_tag_size) throw damaged("its size is wrong");
}

task<void> plain_reader::check_end() {
    crypto::gcm_tag stored{};
    std::size_t filled = 0;
    while (filled < stored.size()) {
        auto const space = std::span(stored).subspan(filled);
        std::size_t const count = co_await source_->read_some(space);
        if (count == 0) throw damaged("it ends too early");
        filled += count;
    }
    bool const right = decryptor_.finish(tag_) && std::ranges::equal(stored, tag_);
    tag_.clear();
    if (!right) throw damaged("its tag is wrong");
}

task<std::size_t> plain_reader::read_some(std::span<std::uint8_t> into) {
    auto const most = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_));
    std::size_t count = 0;
    if (most > 0) {
        auto const space = into.first(most);
        count = co_await source_->read_some(space);
        if (count == 0) throw damaged("it ends too early");
        decryptor_.update(into.first(count), into.first(count));
        left_ -= count;
    }
    if (left_ == 0 && !tag_.empty()) {
        co_await check_end();
    }
    co_return count;
}

} // namespace kinvault::domain::files
