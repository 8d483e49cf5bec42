// The way of a request through the middleware: route, rate limit, credentials, handler; and the one
// place that turns errors into answers. Every answer leaves with the security and CORS fields, a
// request id and a line in the access log.
#pragma once

#include "server/http/call.hpp"
#include "server/http/connection.hpp"
#include "server/http/forwarded.hpp"
#include "server/http/frontend.hpp"
#include "server/http/rate_limit.hpp"
#include "server/http/router.hpp"

#include <functional>
#include <string>
#include <vector>

namespace kinvault::http {

struct dispatcher_options {
    std::vector<std::string> cors_origins;
    std::uint32_t rate_limit_per_minute = 600;
    std::uint64_t max_body = 1 << 20; ///< bytes of a JSON body
    frontend* web = nullptr;          ///< answers what is outside of the interface; may be none
    trust trusted; ///< whose word about the client is believed; nobody's when empty
};

class dispatcher final : public application {
  public:
    dispatcher(router const& routes, session_check& sessions, dispatcher_options options);

    peer meet(std::optional<asio::ip::address> const& address) override;
    task<response> handle(exchange& request) override;
    response refused(bad_request const& error) override;

  private:
    client_identity identify(exchange const& request) const;
    std::string next_request_id();

    /// Preflights, redirects, unknown paths, wrong methods and too many requests; or nothing.
    std::optional<response> answer_early(exchange const& request, match const& matched,
                                         client_identity const& who);
    std::optional<response> preflight(request_head const& head) const;
    std::optional<response> limit(std::string const& address, bool counted);
    bool is_for_frontend(request_head const& head, match const& matched) const;
    task<response> handle_frontend(exchange& request, client_identity who, std::string id);
    void decorate(response& reply, request_head const* head, bool secure, bool public_data,
                  std::string_view request_id) const;
    void add_cors(response& reply, request_head const& head) const;
    bool allows(std::string_view origin) const;

    router const& routes_;
    session_check& sessions_;
    dispatcher_options options_;
    rate_limiter limiter_;
    /// Of routes that do not count. More of these alone than the limit is a flood, of which nobody
    /// who watches the server is ever in danger.
    rate_limiter floods_;
    std::string security_lines_;
    std::string id_prefix_;
    std::uint64_t id_counter_ = 0;
};

} // namespace kinvault::http
