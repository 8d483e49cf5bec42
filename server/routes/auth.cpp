#include "crypto/digest.hpp"
#include "domain/auth/service.hpp"
#include "server/http/endpoint.hpp"
#include "server/http/errors.hpp"
#include "server/http/rate_limit.hpp"
#include "server/routes/routes.hpp"

namespace kinvault::routes {

using namespace http;
using namespace domain::auth;

namespace {

device device_of(call& c) {
    auto const agent = c.head().field_or_empty("User-Agent").substr(0, 500);
    return {c.address(), schema::is_utf8(agent) ? std::string(agent) : std::string()};
}

/// One attempt more at what guessing or hashing could abuse, counted for one account, token or
/// session from one address. Throws 429 when there were too many. Gives what it was counted under.
std::string count_attempt(rate_limiter& attempts, call const& c, std::string_view what,
                          std::string_view whose) {
    // Hashed, so that keys are short whatever was sent and hold no secrets.
    std::string key(what);
    key.append("|").append(crypto::sha256_hex(whose)).append("|").append(c.address());
    if (int const seconds = attempts.admit(key); seconds > 0) throw too_many_requests(seconds);
    return key;
}

/// Who knows the password guesses nothing, so only logins that fail count.
task<token_response> login(service& auth, rate_limiter& attempts, std::string key, login_form sent,
                           device from) {
    auto opened = co_await auth.login(std::move(sent), std::move(from));
    attempts.take_back(key);
    co_return opened;
}

/// The token of the session that the request names.
std::string session_token(call const& c) {
    static constexpr std::string_view scheme = "Bearer ";
    return std::string(c.head().field_or_empty("Authorization").substr(scheme.size()));
}

void add_account_routes(router& routes, service& auth, rate_limiter& attempts) {
    routes.add(endpoint(method::post, "/api/auth/prelogin", needs::nothing, 200,
                        "Says how a client derives its keys for an email",
                        [&](call&, body<prelogin_form> sent) -> task<prelogin_answer> {
                            return auth.prelogin(std::move(sent.value));
                        }));
    routes
        .add(endpoint(method::post, "/api/auth/register", needs::nothing, 201,
                      "Creates an account with an organisation of its own",
                      [&](call& c, body<register_form> sent) -> task<token_response> {
                          return auth.register_account(std::move(sent.value), device_of(c));
                      }))
        .refuses(409, "Email already registered");
    routes
        .add(endpoint(method::post, "/api/auth/login", needs::nothing, 200, "Opens a session",
                      [&](call& c, body<login_form> sent) -> task<token_response> {
                          auto const email = domain::normal_email(sent.value.email);
                          auto key = count_attempt(attempts, c, "login", email);
                          return login(auth, attempts, std::move(key), std::move(sent.value),
                                       device_of(c));
                      }))
        .refuses(401, "Invalid email or password");
    routes
        .add(endpoint(method::post, "/api/auth/logout", needs::nothing, 204,
                      "Ends the session, if there is one",
                      [&](call& c) -> task<void> { return auth.logout(c.who_if_named()); }))
        .uses_session();
    routes
        .add(endpoint(method::get, "/api/auth/me", needs::session, 200, "Gives the user",
                      [&](call& c) -> task<user> { return auth.me(c.who()); }))
        .refuses(403, "Not a member of this organization");
}

void add_session_routes(router& routes, service& auth) {
    routes.add(endpoint(
        method::get, "/api/auth/sessions", needs::session, 200, "Lists where the user is signed in",
        [&](call& c) -> task<std::vector<device_session>> { return auth.sessions(c.who()); }));
    routes
        .add(endpoint(
            method::del, "/api/auth/sessions/{id}", needs::session, 204,
            "Ends a session of the user",
            [&](call& c) -> task<void> { return auth.end_session(c.who(), c.parameter("id")); }))
        .refuses(404, "Session not found");
    routes.add(endpoint(method::del, "/api/auth/sessions", needs::session, 204,
                        "Ends all other sessions of the user",
                        [&](call& c) -> task<void> { return auth.end_other_sessions(c.who()); }));
}

void add_password_routes(router& routes, service& auth, rate_limiter& attempts) {
    routes.add(endpoint(method::post, "/api/auth/forgot-password", needs::nothing, 200,
                        "Sends a link to reset the password, if there is such an account",
                        [&](call& c, body<forgot_form> sent) -> task<message_answer> {
                            auto const email = domain::normal_email(sent.value.email);
                            count_attempt(attempts, c, "forgot", email);
                            return auth.forgot_password(std::move(sent.value), device_of(c));
                        }));
    routes.add(endpoint(method::get, "/api/auth/validate-reset", needs::nothing, 200,
                        "Says whether a reset link is good, and for whom",
                        [&](call&, query<token_query> sent) -> task<reset_answer> {
                            return auth.validate_reset(std::move(sent.value.token.value));
                        }));
    routes
        .add(endpoint(method::post, "/api/auth/reset-password", needs::nothing, 200,
                      "Sets a new password with its keys and ends all sessions",
                      [&](call& c, body<reset_form> sent) -> task<message_answer> {
                          count_attempt(attempts, c, "reset", *sent.value.token);
                          return auth.reset_password(std::move(sent.value), device_of(c));
                      }))
        .refuses(400, "Password must be at least 8 characters")
        .refuses(400, "Invalid or expired reset link");
    routes
        .add(endpoint(method::post, "/api/auth/change-password", needs::session, 200,
                      "Changes the password with its keys and ends all other sessions",
                      [&](call& c, body<change_form> sent) -> task<message_answer> {
                          auto who = c.who();
                          count_attempt(attempts, c, "change", who.token_hash);
                          return auth.change_password(std::move(who), std::move(sent.value));
                      }))
        .refuses(400, "Current password is incorrect")
        .refuses(400, "New master password hash required")
        .refuses(400, "New password must be at least 8 characters");
}

void add_invitation_routes(router& routes, service& auth, rate_limiter& attempts) {
    routes.add(endpoint(method::get, "/api/auth/validate-invite", needs::nothing, 200,
                        "Says whether an invitation is good, for whom and to what",
                        [&](call&, query<token_query> sent) -> task<invitation_answer> {
                            return auth.validate_invite(std::move(sent.value.token.value));
                        }));
    routes
        .add(endpoint(method::post, "/api/auth/accept-invite", needs::nothing, 200,
                      "Accepts an invitation: with a new account, or, signed in and with the "
                      "token alone, with the one that is there",
                      [&](call& c, body<accept_form> sent) -> task<token_response> {
                          auto& form = sent.value;
                          if (form.token) count_attempt(attempts, c, "accept", **form.token);
                          auto who = c.who_if_named();
                          if (who && form.token && !form.password) {
                              return auth.join(std::move(*who), std::move(form.token->value),
                                               session_token(c));
                          }
                          return auth.accept_invite(std::move(form), device_of(c));
                      }))
        .uses_session()
        .explain("A new account needs the password; to join with the account of the session, the "
                 "token is sent alone.")
        .refuses(400, "Password must be at least 8 characters")
        .refuses(400, "Invalid or expired invitation link")
        .refuses(400, "An account with this email already exists. Please log in instead.")
        .refuses(400, "Invitation is no longer valid")
        .refuses(400, "Organization no longer exists")
        .refuses(401, "Invalid or expired session token")
        .refuses(403, "This invitation is for another account");
}

void add_key_routes(router& routes, service& auth) {
    routes
        .add(endpoint(method::post, "/api/auth/org/{org_id}/keys", needs::session, 201,
                      "Stores the organisation's key as wrapped for a member",
                      [&](call& c, body<key_form> sent) -> task<message_answer> {
                          return auth.store_org_key(c.who(), c.parameter("org_id"),
                                                    std::move(sent.value));
                      }))
        .refuses(403, "Not a member of this org")
        .refuses(403, "Insufficient permissions")
        .refuses(404, "User not found");
    routes
        .add(endpoint(method::get, "/api/auth/org/{org_id}/my-key", needs::session, 200,
                      "Gives the organisation's key as wrapped for the user",
                      [&](call& c) -> task<wrapped_key> {
                          return auth.my_org_key(c.who(), c.parameter("org_id"));
                      }))
        .refuses(404, "No org key found");
    routes
        .add(endpoint(method::get, "/api/auth/org/{org_id}/pending-keys", needs::session, 200,
                      "Lists the members who wait for the organisation's key",
                      [&](call& c) -> task<std::vector<pending_key>> {
                          return auth.pending_keys(c.who(), c.parameter("org_id"));
                      }))
        .refuses(403, "Not a member of this org");
    routes
        .add(endpoint(method::get, "/api/auth/user/{user_id}/public-key", needs::session, 200,
                      "Gives the public key of somebody in a common organisation",
                      [&](call& c) -> task<public_key_answer> {
                          return auth.public_key(c.who(), c.parameter("user_id"));
                      }))
        .refuses(404, "Public key not found");
}

} // namespace

void add_auth_routes(router& routes, service& auth, rate_limiter& logins) {
    add_account_routes(routes, auth, logins);
    add_session_routes(routes, auth);
    add_password_routes(routes, auth, logins);
    add_invitation_routes(routes, auth, logins);
    add_key_routes(routes, auth);
}

} // namespace kinvault::routes
