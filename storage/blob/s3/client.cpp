#include "storage/blob/s3/client.hpp"

#include "crypto/bytes.hpp"
#include "crypto/digest.hpp"
#include "crypto/md5.hpp"
#include "storage/blob/s3/call.hpp"

#include <charconv>

namespace kinvault::blob::s3 {

namespace {

/// Bytes of the object in "bytes 0-9/443".
std::optional<std::uint64_t> size_in_range(std::string_view content_range) noexcept {
    auto const text = content_range.substr(std::min(content_range.find('/'), content_range.size()));
    std::uint64_t size = 0;
    if (text.size() < 2) return {};
    auto const [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), size);
    if (error != std::errc() || end != text.data() + text.size()) return {};
    return size;
}

std::string location(std::string const& region) {
    // The one region that may not be named (Amazon S3 API Reference, CreateBucket).
    return region == "us-east-1" ? std::string() : write_location(region);
}

} // namespace

client::client(options settings, environment const& variables)
    : settings_(std::move(settings))
    , endpoint_(parse_endpoint(settings_.endpoint_url))
    , where_{endpoint_.text(), settings_.bucket, settings_.region}
    , host_(settings_.path_style ? endpoint_.host : settings_.bucket + "." + endpoint_.host)
    , authority_(endpoint_.authority(settings_.path_style ? "" : settings_.bucket))
    , path_(endpoint_.prefix +
            (settings_.path_style ? "/" + uri_encode(settings_.bucket) + "/" : "/"))
    , tls_(endpoint_.tls ? make_tls_settings(settings_.ca_file) : nullptr)
    , credentials_(make_credentials(settings_.keys, variables))
    , random_(std::random_device{}()) {}

client::call client::bucket_call(std::string method, pairs query) const {
    auto path = path_;
    // "/bucket" and "/bucket/" are the same to S3, but some servers want the first to make one.
    if (path.size() > 1 && query.empty()) path.pop_back();
    auto doing = method + " " + settings_.bucket;
    return {std::move(method), std::move(path), std::move(doing), std::move(query), {}, {}};
}

client::call client::object_call(std::string method, std::string key, pairs query) const {
    auto doing = method + " " + key;
    return {std::move(method),
            path_ + uri_encode(key, true),
            std::move(doing),
            std::move(query),
            {},
            {}};
}

task<void> client::put_object(std::string key, std::span<std::uint8_t const> body,
                              std::string sha256) {
    auto what = object_call("PUT", std::move(key), {});
    what.body = body;
    what.sha256 = std::move(sha256);
    co_await body_of(std::move(what));
}

task<std::unique_ptr<object_stream>>
client::get_object(std::string key, std::optional<std::pair<std::uint64_t, std::uint64_t>> range,
                   std::string etag) {
    auto what = object_call("GET", std::move(key), {});
    auto const doing = what.doing;
    if (range)
        what.headers.emplace_back("range", "bytes=" + std::to_string(range->first) + "-" +
                                               std::to_string(range->second));
    if (!etag.empty()) what.headers.emplace_back("if-match", std::move(etag));
    result answer;
    try {
        answer = co_await perform(std::move(what), true);
    } catch (failure const& refusal) {
        if (refusal.status() == 404 && refusal.code() == "NoSuchKey") co_return nullptr;
        throw;
    }
    auto const& head = answer.head;
    auto const size = range ? size_in_range(head.field("content-range")) : head.length;
    if (head.status != (range ? 206 : 200) || !head.length || !size)
        throw nonsense(where_, doing, "a status or length that does not fit");
    std::string tag(head.field("etag"));
    co_return std::make_unique<object_stream>(pool_, std::move(answer.connection), *size,
                                              std::move(tag));
}

task<std::optional<std::uint64_t>> client::head_object(std::string key) {
    auto what = object_call("HEAD", std::move(key), {});
    auto const doing = what.doing;
    result answer;
    try {
        answer = co_await perform(std::move(what), false);
    } catch (failure const& refusal) {
        if (refusal.status() == 404) co_return std::nullopt;
        throw;
    }
    if (!answer.head.length) throw nonsense(where_, doing, "no length");
    co_return answer.head.length;
}

task<void> client::delete_object(std::string key) {
    auto what = object_call("DELETE", std::move(key), {});
    try {
        co_await body_of(std::move(what));
    } catch (failure const& refusal) {
        if (refusal.code() != "NoSuchKey") throw;
    }
}

task<std::vector<undeleted>> client::delete_objects(std::vector<std::string> keys) {
    auto const document = write_deletion(keys);
    auto what = bucket_call("POST", {{"delete", ""}});
    auto const doing = what.doing;
    what.body = crypto::as_bytes(document);
    what.sha256 = crypto::sha256_hex(document);
    what.headers.emplace_back("content-md5", crypto::md5_base64(what.body));
    what.headers.emplace_back("content-type", "application/xml");
    auto const body = co_await body_of(std::move(what));
    try {
        co_return read_deleted(body);
    } catch (xml_error const& error) {
        throw nonsense(where_, doing, error.what());
    }
}

task<object_page> client::list_objects(std::string after, std::string token, std::size_t most) {
    pairs query = {{"list-type", "2"},
                   {"encoding-type", "url"},
                   {"max-keys", std::to_string(std::min<std::size_t>(most, 1000))}};
    if (!token.empty()) {
        query.emplace_back("continuation-token", std::move(token));
    } else if (!after.empty()) {
        query.emplace_back("start-after", std::move(after));
    }
    auto what = bucket_call("GET", std::move(query));
    auto const doing = what.doing;
    auto const body = co_await body_of(std::move(what));
    try {
        co_return read_objects(body);
    } catch (xml_error const& error) {
        throw nonsense(where_, doing, error.what());
    }
}

task<void> client::create_bucket() {
    auto const document = location(settings_.region);
    auto what = bucket_call("PUT", {});
    what.body = crypto::as_bytes(document);
    what.sha256 = crypto::sha256_hex(document);
    co_await body_of(std::move(what));
}

task<void> client::head_bucket() {
    auto what = bucket_call("HEAD", {});
    co_await body_of(std::move(what));
}

task<void> client::delete_bucket() {
    auto what = bucket_call("DELETE", {});
    co_await body_of(std::move(what));
}

task<std::string> client::create_upload(std::string key) {
    auto what = object_call("POST", std::move(key), {{"uploads", ""}});
    auto const doing = what.doing;
    auto const body = co_await body_of(std::move(what));
    try {
        co_return read_upload_id(body);
    } catch (xml_error const& error) {
        throw nonsense(where_, doing, error.what());
    }
}

task<std::string> client::upload_part(std::string key, std::string id, int number,
                                      std::span<std::uint8_t const> body, std::string sha256) {
    auto what = object_call("PUT", std::move(key),
                            {{"partNumber", std::to_string(number)}, {"uploadId", std::move(id)}});
    auto const doing = what.doing;
    what.body = body;
    what.sha256 = std::move(sha256);
    auto const answer = co_await perform(std::move(what), false);
    std::string etag(answer.head.field("etag"));
    if (etag.empty()) throw nonsense(where_, doing, "no ETag");
    co_return etag;
}

task<void> client::complete_upload(std::string key, std::string id, std::vector<part> parts) {
    auto const document = write_completion(parts);
    auto what = object_call("POST", std::move(key), {{"uploadId", std::move(id)}});
    auto const doing = what.doing;
    what.body = crypto::as_bytes(document);
    what.sha256 = crypto::sha256_hex(document);
    what.headers.emplace_back("content-type", "application/xml");
    auto const body = co_await body_of(std::move(what));
    try {
        read_completed(body);
    } catch (xml_error const& error) {
        throw nonsense(where_, doing, error.what());
    }
}

task<void> client::abort_upload(std::string key, std::string id) {
    auto what = object_call("DELETE", std::move(key), {{"uploadId", std::move(id)}});
    try {
        co_await body_of(std::move(what));
    } catch (failure const& refusal) {
        if (refusal.code() != "NoSuchUpload") throw;
    }
}

task<std::vector<part>> client::list_parts(std::string key, std::string id) {
    std::vector<part> all;
    for (int marker = 0;;) {
        auto what = object_call("GET", key, {{"uploadId", id}});
        auto const doing = what.doing;
        if (marker > 0) what.query.emplace_back("part-number-marker", std::to_string(marker));
        auto const body = co_await body_of(std::move(what));
        try {
            auto page = read_parts(body);
            all.insert(all.end(), page.parts.begin(), page.parts.end());
            // A server that does not get on would keep us for ever.
            if (page.next <= marker) co_return all;
            marker = page.next;
        } catch (xml_error const& error) {
            throw nonsense(where_, doing, error.what());
        }
    }
}

task<std::vector<unfinished_upload>> client::list_uploads(std::string prefix) {
    std::vector<unfinished_upload> all;
    std::string key, id;
    for (;;) {
        pairs query = {{"uploads", ""}, {"encoding-type", "url"}};
        if (!prefix.empty()) query.emplace_back("prefix", prefix);
        if (!key.empty()) query.emplace_back("key-marker", key);
        if (!key.empty()) query.emplace_back("upload-id-marker", id);
        auto what = bucket_call("GET", std::move(query));
        auto const doing = what.doing;
        auto const body = co_await body_of(std::move(what));
        try {
            auto page = read_uploads(body);
            all.insert(all.end(), page.uploads.begin(), page.uploads.end());
            if (page.next_key.empty() || (page.next_key == key && page.next_id == id))
                co_return all;
            key = page.next_key;
            id = page.next_id;
        } catch (xml_error const& error) {
            throw nonsense(where_, doing, error.what());
        }
    }
}

} // namespace kinvault::blob::s3
