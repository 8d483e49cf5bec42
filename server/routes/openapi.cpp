#include "server/openapi/document.hpp"

#include "crypto/digest.hpp"
#include "server/http/endpoint.hpp"
#include "server/http/range.hpp"
#include "server/routes/routes.hpp"

namespace kinvault::routes {

using namespace http;

namespace {

/// The document and its ETag, made when somebody asks for the first time: a server that nobody asks
/// spends neither time nor memory on it.
class served_document {
  public:
    explicit served_document(router const& routes) : routes_(routes) {}

    response answer(request_head const& head) {
        if (text_.empty()) {
            text_ = openapi::make_document(routes_);
            etag_ = "\"" + crypto::sha256_hex(text_).substr(0, 32) + "\"";
        }
        response reply(200);
        reply.set("ETag", etag_);
        reply.set("Cache-Control", "no-cache");
        if (none_match(head, etag_)) {
            reply.status = 304;
        } else {
            reply.content_type = "application/json";
            reply.body = text_;
        }
        return reply;
    }

  private:
    router const& routes_;
    std::string text_, etag_;
};

} // namespace

void add_openapi_routes(router& routes) {
    auto document = std::make_shared<served_document>(routes);
    auto& route = routes.add(
        endpoint(method::get, "/openapi.json", needs::nothing, 200, "Gives this document",
                 [document](call& c) -> task<response> { co_return document->answer(c.head()); }));
    route.also(304, "The document has the ETag of If-None-Match");
    route.public_data = true;
}

} // namespace kinvault::routes
