// Typed endpoints: a handler takes described structs and gives one, and everything between it and
// the wire follows from its signature.
//
//     routes.add(endpoint(method::post, "/api/items", needs::member, 201, "Creates an item",
//         [&](call& c, body<create_item> sent) -> task<item> {
//             return items.create(c.who(), std::move(sent.value));
//         }));
//
// Parameters after the call are `body<T>` and `query<T>`, in any order; the answer is a described
// struct, a list of them, an optional, `void` (204) or `response`. The OpenAPI document follows
// from the same signature.
#pragma once

#include "domain/schema/describe.hpp"
#include "domain/schema/write.hpp"
#include "server/http/call.hpp"

#include <tuple>
#include <type_traits>

namespace kinvault::http {

template <class T>
struct body {
    T value;
};
template <class T>
struct query {
    T value;
};

namespace detail {

/// The body's document, or `missing` in the report when there is none.
template <class T>
void read_argument(schema::report& report, call&, boost::json::value const& document,
                   body<T>& out) {
    schema::place const root("body");
    if (document.is_null()) {
        report.add("missing", "Field required", root, nullptr);
    } else {
        schema::read(report, root, document, out.value);
    }
}
template <class T>
void read_argument(schema::report& report, call& c, boost::json::value const&, query<T>& out) {
    boost::json::value const parameters = c.query();
    schema::read(report, schema::place("query"), parameters, out.value);
}

template <class T>
inline constexpr bool is_body = false;
template <class T>
inline constexpr bool is_body<body<T>> = true;
template <class T>
inline constexpr bool hides = false;
template <class T>
inline constexpr bool hides<body<T>> = schema::has_secrets<T>();

template <class Signature>
struct signature;
template <class C, class Answer, class... Args>
struct signature<task<Answer> (C::*)(call&, Args...) const> {
    using answer = Answer;
    using arguments = std::tuple<Args...>;
};

template <class Answer>
response to_response(call& c, int status, Answer const& answer) {
    if (c.is_known()) {
        response unchanged(304);
        unchanged.take_lines(c.extra());
        return unchanged;
    }
    response reply = response::json(status, {});
    reply.body.reserve(512);
    schema::write(reply.body, answer);
    reply.take_lines(c.extra());
    return reply;
}

template <class Fn, class Answer, class... Args>
task<response> invoke(Fn const& handler, call& c, std::type_identity<std::tuple<Args...>>) {
    std::tuple<Args...> arguments;
    boost::json::value document;
    // Whoever names no session is refused before a byte of the body is read.
    if (c.matched().access != needs::nothing) c.require_credentials();
    if constexpr ((is_body<Args> || ...)) {
        document = co_await c.read_json();
    }
    schema::report report((hides<Args> || ...));
    std::apply([&](auto&... each) { (read_argument(report, c, document, each), ...); }, arguments);
    if (!report.empty()) {
        // 401 comes before 422: what is wrong with a request is for those who may make it.
        co_await c.require_session();
        report.raise();
    }
    auto pending =
        std::apply([&](auto&... each) { return handler(c, std::move(each)...); }, arguments);
    if constexpr (std::is_void_v<Answer>) {
        co_await std::move(pending);
        response reply(204);
        reply.take_lines(c.extra());
        co_return reply;
    } else if constexpr (std::is_same_v<Answer, response>) {
        response reply = co_await std::move(pending);
        co_return reply;
    } else {
        Answer const answer = co_await std::move(pending);
        co_return to_response(c, c.matched().status, answer);
    }
}

template <class T>
boost::json::object describe_sent(schema::definitions& all) {
    return schema::describe_type<T>(all, schema::direction::sent);
}
template <class T>
boost::json::object describe_given(schema::definitions& all) {
    return schema::describe_type<T>(all, schema::direction::given);
}
template <class T>
boost::json::object describe_query(schema::definitions& all) {
    return schema::describe_members<T>(all, schema::direction::sent);
}

template <class T>
void add_type(route& declared, std::type_identity<body<T>>) {
    declared.body = describe_sent<T>;
}
template <class T>
void add_type(route& declared, std::type_identity<query<T>>) {
    declared.query = describe_query<T>;
}

/// What the document says of a handler's types.
template <class Answer, class... Args>
void add_types(route& declared, std::type_identity<std::tuple<Args...>>) {
    (add_type(declared, std::type_identity<Args>()), ...);
    if constexpr (!std::is_void_v<Answer> && !std::is_same_v<Answer, response>) {
        declared.answer = describe_given<Answer>;
    }
}

} // namespace detail

/// Declares a route with a typed handler; see the head of this file.
template <class Fn>
route endpoint(method verb, std::string path, needs access, int status, std::string summary,
               Fn handler) {
    using types = detail::signature<decltype(&Fn::operator())>;
    auto handle = [handler = std::move(handler)](call& c) {
        return detail::invoke<Fn, typename types::answer>(
            handler, c, std::type_identity<typename types::arguments>());
    };
    route declared{verb, std::move(path), access, status, std::move(summary), std::move(handle)};
    detail::add_types<typename types::answer>(declared,
                                              std::type_identity<typename types::arguments>());
    return declared;
}

/// Declares that a route, which reads its body itself, takes a form with a part `file` and these
/// fields.
template <class Fields>
void takes_form(route& declared) {
    declared.body = detail::describe_sent<Fields>;
    declared.body_content = "multipart/form-data";
}

/// Declares another JSON answer.
template <class Answer>
void also_gives(route& declared, int status, std::string_view what) {
    declared.answers.push_back({status, what, false, detail::describe_given<Answer>});
}

} // namespace kinvault::http
