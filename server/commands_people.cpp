// `kinvault user` and `kinvault org`: what operators do to accounts and organisations.
#include "domain/auth/service.hpp"
#include "domain/operators/service.hpp"
#include "domain/schema/write.hpp"
#include "server/command_tools.hpp"
#include "server/commands.hpp"
#include "storage/workers.hpp"

#include <cstdio>

namespace kinvault::commands {

namespace {

namespace operators = domain::operators;

constexpr char user_usage[] =
    "usage: kinvault user list | create EMAIL NAME | disable EMAIL | enable EMAIL | "
    "reset-link EMAIL | reset-sessions EMAIL [--json]";
constexpr char org_usage[] =
    "usage: kinvault org list | members ORG | set-role ORG EMAIL ROLE [--json]";

domain::auth::options auth_options(config::settings const& from) {
    domain::auth::options options;
    options.frontend_url = from.frontend_url;
    if (from.password_hash == config::password_hash_kind::bcrypt) {
        options.passwords.scheme = crypto::password_scheme::bcrypt;
    }
    return options;
}

/// Everything such a command needs, for one of them.
struct session {
    explicit session(config::loaded const& from)
        : words(from.words)
        , json(from.has("json"))
        , keys(from.values.secret_key)
        , db(context, small_pool(from.values))
        , options(auth_options(from.values))
        , auth(db, hashing, keys, options)
        , operators(db, keys) {
        db.start();
    }

    std::vector<std::string> const& words;
    bool const json;
    asio::io_context context{1};
    workers hashing{1, 1};
    crypto::master_key const keys;
    pg::pool db;
    domain::auth::options const options;
    domain::auth::service auth;
    operators::service operators;
};

template <class T>
int print_json(T const& value) {
    std::string text;
    schema::write(text, value);
    std::puts(text.c_str());
    return 0;
}

struct link_document {
    std::string link;
};
BOOST_DESCRIBE_STRUCT(link_document, (), (link))

struct created_document : operators::new_user {
    std::string link;
};
BOOST_DESCRIBE_STRUCT(created_document, (operators::new_user), (link))

std::string yes_or_no(bool value) {
    return value ? "yes" : "no";
}

task<int> list_users(session& in) {
    auto const users = co_await in.operators.users();
    if (in.json) co_return print_json(users);
    std::vector<std::vector<std::string>> rows;
    for (auto const& user : users) {
        std::string organizations;
        for (auto const& one : user.organizations) {
            organizations += (organizations.empty() ? "" : ", ") + one.name + " (" + one.role + ")";
        }
        rows.push_back({user.email, user.full_name, user.disabled ? "disabled" : "active",
                        user.zero_knowledge ? "browser" : "server", std::to_string(user.sessions),
                        user.created_at.substr(0, 10), std::move(organizations)});
    }
    print_table({"EMAIL", "NAME", "STATE", "KEYS", "SESSIONS", "CREATED", "ORGANISATIONS"}, rows);
    co_return 0;
}

task<int> create_user(session& in) {
    auto const& email = in.words[1];
    auto const& name = in.words[2];
    auto const& hashes = in.options.passwords;
    auto made = co_await in.operators.create_user(email, name, hashes);
    auto link = co_await in.auth.reset_link(email);
    if (!link) throw operators::refused("the account was made, but no link for it");
    created_document document;
    static_cast<operators::new_user&>(document) = std::move(made);
    document.link = std::move(*link);
    if (in.json) co_return print_json(document);
    std::printf("%s has an account. Within an hour, this link sets its password:\n%s\n",
                document.email.c_str(), document.link.c_str());
    co_return 0;
}

task<int> print_reset_link(session& in) {
    auto const& email = in.words[1];
    auto link = co_await in.auth.reset_link(email);
    if (!link) throw operators::refused("no account has this email, or it is disabled");
    if (in.json) {
        link_document const document{std::move(*link)};
        co_return print_json(document);
    }
    std::puts(link->c_str());
    co_return 0;
}

task<int> disable_user(session& in) {
    auto const& email = in.words[1];
    auto const done = co_await in.operators.disable_user(email);
    if (in.json) co_return print_json(done);
    std::printf(done.changed ? "nobody can log in to this account now; sessions ended: %lld\n"
                             : "this account was disabled already; sessions ended: %lld\n",
                static_cast<long long>(done.sessions));
    co_return 0;
}

task<int> enable_user(session& in) {
    auto const& email = in.words[1];
    auto const done = co_await in.operators.enable_user(email);
    if (in.json) co_return print_json(done);
    std::puts(done.changed ? "this account can log in again" : "this account was not disabled");
    co_return 0;
}

task<int> reset_sessions(session& in) {
    auto const& email = in.words[1];
    auto const done = co_await in.operators.reset_sessions(email);
    if (in.json) co_return print_json(done);
    std::printf("sessions ended: %lld\n", static_cast<long long>(done.sessions));
    co_return 0;
}

task<int> list_organizations(session& in) {
    auto const all = co_await in.operators.organizations();
    if (in.json) co_return print_json(all);
    std::vector<std::vector<std::string>> rows;
    for (auto const& one : all) {
        rows.push_back({one.id, one.name, one.owner.value_or("-"), std::to_string(one.members),
                        std::to_string(one.items), one.created_at.substr(0, 10)});
    }
    print_table({"ID", "NAME", "OWNER", "MEMBERS", "ITEMS", "CREATED"}, rows);
    co_return 0;
}

task<int> list_members(session& in) {
    auto const& org_id = in.words[1];
    auto const all = co_await in.operators.members(org_id);
    if (in.json) co_return print_json(all);
    std::vector<std::vector<std::string>> rows;
    for (auto const& one : all) {
        rows.push_back({one.email, one.full_name, one.role, yes_or_no(one.has_key),
                        one.disabled ? "disabled" : "active", one.created_at.substr(0, 10)});
    }
    print_table({"EMAIL", "NAME", "ROLE", "KEY", "STATE", "SINCE"}, rows);
    co_return 0;
}

task<int> set_role(session& in) {
    auto const& org_id = in.words[1];
    auto const& email = in.words[2];
    auto const& role = in.words[3];
    auto const done = co_await in.operators.set_role(org_id, email, role);
    if (in.json) co_return print_json(done);
    std::printf("%s is %s now, was %s\n", email.c_str(), done.role.c_str(),
                done.role_before.c_str());
    if (done.owner_before) std::puts("who was the owner is an admin now");
    co_return 0;
}

struct verb {
    char const* name;
    std::size_t words; ///< with its own
    task<int> (*run)(session&);
};

constexpr verb user_verbs[] = {
    {"list", 1, list_users},
    {"create", 3, create_user},
    {"disable", 2, disable_user},
    {"enable", 2, enable_user},
    {"reset-link", 2, print_reset_link},
    {"reset-sessions", 2, reset_sessions},
};

constexpr verb org_verbs[] = {
    {"list", 1, list_organizations},
    {"members", 2, list_members},
    {"set-role", 4, set_role},
};

int run(config::loaded const& from, std::span<verb const> verbs, char const* usage) {
    for (auto const& one : verbs) {
        if (from.words.size() != one.words || from.words.front() != one.name) continue;
        if (int const code = complain(config::check_serve(from.values))) return code;
        session in(from);
        return run_task(in.context, one.run(in));
    }
    return complain({usage});
}

} // namespace

int user(config::loaded const& from) {
    return run(from, user_verbs, user_usage);
}

int org(config::loaded const& from) {
    return run(from, org_verbs, org_usage);
}

} // namespace kinvault::commands
