// One request on its way through a handler: parameters, who asks, the body. Made by the dispatcher,
// used by the routes.
#pragma once

#include "domain/access.hpp"
#include "domain/schema/read.hpp"
#include "server/http/connection.hpp"
#include "server/http/router.hpp"

#include <string>
#include <string_view>

namespace kinvault::http {

/// What of the server a call needs: asks the database whether a session lives, for the cases in
/// which no statement of the handler has done so.
class session_check {
  public:
    virtual ~session_check() = default;
    /// Throws 401 for a session that does not live, and 400 or 403 as the needed role says.
    virtual task<void> check(domain::caller who) = 0;
    /// A request was answered for the session with this hash of its token.
    virtual void used(std::string const& token_hash) = 0;
};

class call {
  public:
    call(exchange& request, match matched, std::string address, std::string request_id,
         std::uint64_t max_body, session_check& sessions)
        : request_(request)
        , matched_(std::move(matched))
        , address_(std::move(address))
        , request_id_(std::move(request_id))
        , max_body_(max_body)
        , sessions_(sessions) {}

    request_head const& head() const { return request_.head; }
    route const& matched() const { return *matched_.found; }
    /// A parameter of the path; empty for an id that is none.
    std::string const& parameter(std::string_view name) const;
    /// The address of the client, as trusted proxies report it.
    std::string const& address() const { return address_; }
    std::string const& request_id() const { return request_id_; }

    /// Who asks. Throws 401 when the request names no session.
    domain::caller who() const;
    /// The same, or nothing when the request names none.
    std::optional<domain::caller> who_if_named() const;
    /// The hash of the token that the request names, once one of these two was asked; else empty.
    std::string const& token_hash() const { return token_hash_; }

    /// Throws 401 when the route needs a session and the request names none.
    void require_credentials() const {
        if (matched().access != needs::nothing) (void)who();
    }
    /// The same with the database: 401 unless the session lives. For routes that read a body before
    /// their statement has checked it, and for reports about what was sent.
    task<void> require_session();
    /// And with the role that the route needs.
    task<void> require_role();

    /// The body as it comes, for those who stream it.
    body_source& body() { return request_.body; }
    /// The whole body as text. Throws 413 beyond `MAX_BODY_SIZE`.
    task<std::string> read_body();
    /// The body as a JSON document; a content type that is not JSON makes it a text, no body null.
    task<boost::json::value> read_json();
    /// The query string as an object of texts; the last of several of one name counts.
    boost::json::object query() const;

    /// Fields for the answer, beside those the endpoint's own answer has.
    response& extra() { return extra_; }
    /// The answer shows this version of what the path names. To a GET that knows it already, a
    /// typed endpoint answers 304 without a body.
    void set_version(std::string const& version);
    bool is_known() const { return is_known_; }

  private:
    exchange& request_;
    match matched_;
    std::string address_;
    std::string request_id_;
    std::uint64_t max_body_;
    session_check& sessions_;
    response extra_;
    bool is_known_ = false;
    mutable std::string token_hash_;
};

} // namespace kinvault::http
