#include "domain/files/service.hpp"
#include "server/http/endpoint.hpp"
#include "server/http/range.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/upload.hpp"

namespace kinvault::routes {

using namespace http;
using namespace domain::files;

namespace {

/// The bytes of a file as the body of an answer.
class file_stream final : public body_stream {
  public:
    explicit file_stream(std::unique_ptr<outgoing> content) : content_(std::move(content)) {}
    task<std::size_t> read_some(std::span<std::uint8_t> into) override {
        return content_->read_some(into);
    }

  private:
    std::unique_ptr<outgoing> content_;
};

task<file> upload(call& c, service& files) {
    upload_reader reader(c, files);
    auto added = co_await reader.run();
    co_return added;
}

/// Version 1 in clear, with its type only if that is one of those allowed: nothing else may be
/// shown by a browser.
void describe_plain(response& reply, file_row const& row) {
    bool const shown = type_allowed(row.mime_type);
    reply.content_type = shown ? row.mime_type : "application/octet-stream";
    reply.set("Content-Disposition",
              content_disposition(shown ? "inline" : "attachment", row.file_name));
}

void describe_sealed(response& reply, file_row const& row, std::string const& etag) {
    reply.content_type = "application/octet-stream";
    reply.set("Content-Disposition", content_disposition("attachment", row.file_name));
    reply.set("X-Encryption-Version", "2");
    reply.set("Accept-Ranges", "bytes");
    reply.set("ETag", etag);
}

std::string content_range(range_request const& range, std::uint64_t size) {
    std::string const part =
        std::to_string(range.first) + "-" + std::to_string(range.first + range.length - 1);
    return "bytes " + part + "/" + std::to_string(size);
}

task<response> download(call& c, service& files) {
    auto who = c.who();
    auto address = who.address;
    auto const id = c.parameter("id");
    auto row = co_await files.find(std::move(who), id);
    auto const size = static_cast<std::uint64_t>(row.file_size);
    response reply(200);
    range_request range;
    if (row.encryption_version == 2) {
        // The object of an id never changes, so the id is its ETag.
        std::string const etag = "\"" + row.id + "\"";
        range = read_range(c.head(), size, etag);
        describe_sealed(reply, row, etag);
        if (none_match(c.head(), etag)) {
            reply.status = 304;
            co_return reply;
        }
        if (range.what == range_request::kind::unsatisfiable) {
            auto refusal = response::error(416, "Range Not Satisfiable");
            refusal.set("Content-Range", "bytes */" + std::to_string(size));
            co_return refusal;
        }
    } else {
        describe_plain(reply, row);
    }
    bool const part = range.what == range_request::kind::part;
    std::optional<kinvault::blob::byte_range> bytes;
    if (part) {
        bytes.emplace(kinvault::blob::byte_range{range.first, range.length});
        reply.status = 206;
        reply.set("Content-Range", content_range(range, size));
    }
    auto content = co_await files.open(std::move(row), bytes, std::move(address));
    reply.stream_length = part ? range.length : size;
    reply.stream = std::make_unique<file_stream>(std::move(content));
    co_return reply;
}

} // namespace

void add_file_routes(router& routes, service& files) {
    auto& adds = routes.add(endpoint(method::post, "/api/files/upload", needs::member, 201,
                                     "Stores a file of an item",
                                     [&](call& c) -> task<file> { return upload(c, files); }));
    takes_form<upload_form>(adds);
    adds.explain("The parts come in any order. Version 1 is encrypted by the server and takes "
                 "documents and pictures only; version 2 is ciphertext of any type.")
        .refuses(400, "File too large (max 25MB)")
        .refuses(400, "File type not allowed: text/html")
        .refuses(400, "More than one file")
        .refuses(400, "A value of the form is too long")
        .refuses(404, domain::item_not_found);
    routes
        .add(endpoint(method::get, "/api/files/{id}", needs::viewer, 200, "Gives a file",
                      [&](call& c) -> task<response> { return download(c, files); }))
        .explain("Version 1 in clear with its own media type; version 2 as it was sent, with "
                 "X-Encryption-Version, ETag, and ranges.")
        .gives("*/*")
        .also(206, "The range that was asked for, of version 2")
        .also(304, "The file has the ETag of If-None-Match")
        .refuses(404, "File not found")
        .refuses(416, "Range Not Satisfiable")
        .refuses(502, "File is unavailable");
    routes
        .add(endpoint(method::patch, "/api/files/{id}", needs::member, 200,
                      "Changes the name under which a file is shown",
                      [&](call& c, body<rename_file> sent) -> task<file> {
                          return files.rename(c.who(), c.parameter("id"), std::move(sent.value));
                      }))
        .refuses(404, "File not found");
    routes
        .add(endpoint(
            method::del, "/api/files/{id}", needs::member, 204, "Deletes a file",
            [&](call& c) -> task<void> { return files.remove(c.who(), c.parameter("id")); }))
        .refuses(404, "File not found");
}

} // namespace kinvault::routes
