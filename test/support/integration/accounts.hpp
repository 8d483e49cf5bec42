// A vault with the auth and organisation services on a migrated database of its own, and users made
// through them. Used by test/integration/auth_*.cpp and orgs_service.cpp.
#pragma once

#include "crypto/digest.hpp"
#include "domain/auth/service.hpp"
#include "domain/orgs/service.hpp"
#include "test/support/integration/background.hpp"
#include "test/support/integration/database.hpp"

#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace kinvault::test {

/// Keeps the links it is given.
class kept_mail final : public domain::auth::mailer {
  public:
    task<void> reset_link(pg::session& db, std::string email, std::string full_name,
                          std::string link) override;

    std::vector<std::pair<std::string, std::string>> sent; ///< email and link
    /// The token in the latest link.
    std::string token() const;
};

/// Hashes that cost next to nothing; the strength is not what is tested here.
crypto::password_options cheap_hashes();

/// `ok`, or the refusal as "409 Email already registered"; "422" for a report.
template <class T>
std::string outcome(background<T>& one) {
    try {
        one.get();
        return "ok";
    } catch (domain::failure const& refusal) {
        return std::to_string(refusal.status()) + " " + refusal.detail();
    } catch (domain::invalid_input const&) {
        return "422";
    }
}

struct accounts_fixture;

/// Holds whoever inserts into a table, in the midst of their statement, until they are released: so
/// that what happens at once happens in the order the test is about.
class stall {
  public:
    stall(accounts_fixture& in, std::string const& table);

    /// Waits until `count` statements are held, by this or behind somebody who is, or `ended`.
    template <class T>
    void wait_for(int count, background<T> const& other) {
        wait_until([&] { return waiting() >= count || other.ended(); });
    }
    void release();

  private:
    int waiting() const;
    void wait_until(std::function<bool()> const& done);
    task<void> hold();
    task<void> hold_locked(pg::session& transaction);

    accounts_fixture& in_;
    asio::steady_timer until_;
    bool locked_ = false;
    background<void> holder_;
};

struct accounts_fixture {
    accounts_fixture();
    ~accounts_fixture();

    template <class T>
    T run(task<T> what) {
        return test::run(io, std::move(what));
    }
    template <class T>
    background<T> begin(task<T> what) {
        return background<T>(io, std::move(what));
    }
    template <class T>
    std::string refusal(task<T> what) {
        auto one = begin(std::move(what));
        return outcome(one);
    }

    /// Registers `name`@example.com with `password`, and with keys when `zero_knowledge`.
    domain::auth::token_response make_user(std::string const& name, bool zero_knowledge = false);
    static domain::auth::register_form form(std::string const& name);
    task<domain::auth::token_response> login(std::string const& name, std::string const& secret);
    static domain::caller caller_of(domain::auth::token_response const& user);
    /// Makes `guest` a member of the organisation of `host`.
    void add_member(domain::auth::token_response const& host,
                    domain::auth::token_response const& guest, std::string const& role);
    /// A person of `host` who is invited, and the token of the invitation.
    std::string invite(domain::auth::token_response const& host, std::string const& email);
    task<domain::auth::token_response> accept(std::string const& token);
    task<domain::auth::message_answer> grant(domain::auth::token_response const& by,
                                             std::string const& org_id, std::string const& user_id,
                                             std::string const& key);
    task<domain::auth::message_answer> reset(std::string const& token, std::string const& password);
    /// The token of a link that was mailed to `name`.
    std::string reset_token(std::string const& name);

    static constexpr char password[] = "correct horse";
    asio::io_context io;
    database own;
    workers pool{2, 64};
    crypto::master_key keys{"a secret key of at least 32 characters"};
    kept_mail mail;
    pg::pool db;
    domain::auth::service auth;
    domain::orgs::service orgs;
};

} // namespace kinvault::test
