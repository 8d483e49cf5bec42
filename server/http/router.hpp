// The table of routes. Each is declared once, with all that follows from it: matching, the methods
// a path allows, the role it needs, the test matrix and the OpenAPI document read this table. Used
// by the dispatcher and filled by server/routes.
#pragma once

#include "domain/access.hpp"
#include "server/http/message.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kinvault::http {

class call;

/// Who may use a route. From `session` on a live session is needed; from `viewer` on a role in the
/// active organisation.
enum class needs { nothing, session, viewer, member, admin, owner };
domain::role role_for(needs access);

struct route {
    method verb;
    std::string path; ///< `/api/items/{id}`; parameters whose names end in `id` are UUIDs
    needs access;
    int status; ///< of success
    std::string summary;
    std::function<task<response>(call&)> handle;
    bool public_data = false; ///< the same for everybody: may be cached by anyone
    bool counted = true;      ///< against the rate limit
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
