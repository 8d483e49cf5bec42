// The table of routes. Each is declared once, with all that follows from it: matching, the methods
// a path allows, the role it needs, the test matrix and the OpenAPI document read this table. Used
// by the dispatcher and the OpenAPI document, and filled by server/routes.
#pragma once

#include "domain/access.hpp"
#include "server/http/message.hpp"

#include <boost/json/fwd.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kinvault::schema {
class definitions;
}

namespace kinvault::http {

class call;

/// Who may use a route. From `session` on a live session is needed; from `viewer` on a role in the
/// active organisation.
enum class needs { nothing, session, viewer, member, admin, owner };
domain::role role_for(needs access);

/// Gives the JSON Schema of a type (domain/schema/describe.hpp).
using describer = boost::json::object (*)(schema::definitions&);

/// An answer that a route may give beside its success. Texts are literals.
struct declared_answer {
    int status;
    std::string_view text;    ///< `detail` of a refusal; else what the answer is
    bool is_refusal = true;   ///< `{"detail": text}`
    describer type = nullptr; ///< of the JSON of what is no refusal; none: see route::content
};

struct route {
    method verb;
    std::string path; ///< `/api/items/{id}`; parameters whose names end in `id` are UUIDs
    needs access;
    int status; ///< of success
    std::string summary;
    std::function<task<response>(call&)> handle;
    bool public_data = false; ///< the same for everybody: may be cached by anyone
    bool counted = true;      ///< against the rate limit

    // For the OpenAPI document: types from the signature of the handler, and what is declared
    // below.
    describer query = nullptr, body = nullptr, answer = nullptr;
    std::string_view body_content = "application/json"; ///< media type of the body
    std::string_view content = "application/json";      ///< and of the answer
    bool session_optional = false;                      ///< see uses_session
    std::string_view note;                              ///< what the summary does not say
    std::vector<declared_answer> answers;

    /// Declares that the answer may be `{"detail": detail}` with this status. What follows from
    /// access, body and query (400, 401, 403, 413, 422, 429) need not be declared.
    route& refuses(int status, std::string_view detail);
    /// Declares another success or redirection, of the same content or without a body.
    route& also(int status, std::string_view what);
    /// The content of the answer is no JSON.
    route& gives(std::string_view media_type);
    /// Needs no session, but acts for the one that is named.
    route& uses_session();
    route& explain(std::string_view text);
};

/// The parameters of a matched path. An id that is no UUID is empty, which no object has.
using path_parameters = std::vector<std::pair<std::string_view, std::string>>;

struct match {
    route const* found = nullptr; ///< none: see `allowed`
    path_parameters parameters;
    std::vector<method> allowed; ///< methods of the path when none fits; empty: no path
};

class router {
  public:
    router();
    ~router();
    /// Throws std::logic_error when method and path are taken.
    route& add(route declared);
    match find(method verb, std::string_view path) const;
    /// Whether the path exists, for any method.
    bool exists(std::string_view path) const;
    /// All routes in the order of their declaration.
    std::vector<std::unique_ptr<route>> const& routes() const { return routes_; }

  private:
    struct node;
    node const* walk(std::string_view path, path_parameters* parameters) const;
    static node const* descend(node const& at, std::string_view rest, path_parameters* parameters);

    std::vector<std::unique_ptr<route>> routes_;
    std::unique_ptr<node> root_;
};

} // namespace kinvault::http
