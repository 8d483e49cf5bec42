#include "server/http/router.hpp"

#include "domain/schema/types.hpp"

#include <stdexcept>

namespace kinvault::http {

/// A segment of the paths. Fixed names win over parameters; a dead end goes back to the parameter.
struct router::node {
    std::map<std::string, std::unique_ptr<node>, std::less<>> fixed;
    std::unique_ptr<node> parameter;
    std::string name; ///< of the parameter this node stands for
    std::vector<route const*> routes;
};

namespace {

std::string_view next_segment(std::string_view& rest) {
    rest.remove_prefix(1);
    auto const segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(segment.size());
    return segment;
}

std::string parameter_value(std::string_view name, std::string_view segment) {
    if (name.ends_with("id") && !schema::is_uuid(segment)) return {};
    return schema::is_utf8(segment) ? std::string(segment) : std::string();
}

} // namespace

domain::role role_for(needs access) {
    switch (access) {
    case needs::viewer:
        return domain::role::viewer;
    case needs::member:
        return domain::role::member;
    case needs::admin:
        return domain::role::admin;
    case needs::owner:
        return domain::role::owner;
    case needs::nothing:
    case needs::session:
        break;
    }
    return domain::role::anyone;
}

route& route::refuses(int refusal, std::string_view detail) {
    answers.push_back({refusal, detail});
    return *this;
}

route& route::also(int other, std::string_view what) {
    answers.push_back({other, what, false});
    return *this;
}

route& route::gives(std::string_view media_type) {
    content = media_type;
    return *this;
}

route& route::uses_session() {
    session_optional = true;
    return *this;
}

route& route::explain(std::string_view text) {
    note = text;
    return *this;
}

router::router() : root_(std::make_unique<node>()) {}
router::~router() = default;

route& router::add(route declared) {
    auto* at = root_.get();
    std::string_view rest = declared.path;
    while (!rest.empty()) {
        auto const segment = next_segment(rest);
        bool const parameter = segment.starts_with('{');
        auto& child = parameter ? at->parameter : at->fixed[std::string(segment)];
        if (!child) child = std::make_unique<node>();
        if (parameter) child->name = std::string(segment.substr(1, segment.size() - 2));
        at = child.get();
    }
    for (auto const* other : at->routes) {
        if (other->verb == declared.verb)
            throw std::logic_error("declared twice: " + declared.path);
    }
    routes_.push_back(std::make_unique<route>(std::move(declared)));
    at->routes.push_back(routes_.back().get());
    return *routes_.back();
}

router::node const* router::descend(node const& at, std::string_view rest,
                                    path_parameters* parameters) {
    if (rest.empty()) return at.routes.empty() ? nullptr : &at;
    auto const segment = next_segment(rest);
    if (auto const child = at.fixed.find(segment); child != at.fixed.end()) {
        if (auto const* end = descend(*child->second, rest, parameters)) return end;
    }
    if (!at.parameter || segment.empty()) return nullptr;
    if (parameters) {
        parameters->emplace_back(at.parameter->name, parameter_value(at.parameter->name, segment));
    }
    auto const* end = descend(*at.parameter, rest, parameters);
    if (!end && parameters) parameters->pop_back();
    return end;
}

router::node const* router::walk(std::string_view path, path_parameters* parameters) const {
    return path.starts_with('/') ? descend(*root_, path, parameters) : nullptr;
}

bool router::exists(std::string_view path) const {
    return walk(path, nullptr) != nullptr;
}

match router::find(method verb, std::string_view path) const {
    match result;
    auto const* end = walk(path, &result.parameters);
    if (!end) return result;
    auto const wanted = verb == method::head ? method::get : verb;
    for (auto const* candidate : end->routes) {
        if (candidate->verb == wanted) {
            result.found = candidate;
            return result;
        }
        result.allowed.push_back(candidate->verb);
        if (candidate->verb == method::get) result.allowed.push_back(method::head);
    }
    return result;
}

} // namespace kinvault::http
