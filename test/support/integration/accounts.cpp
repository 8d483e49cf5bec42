#include "test/support/integration/accounts.hpp"

#include "crypto/random.hpp"
#include "sql/statements.hpp"
#include "storage/postgres/migrate.hpp"

namespace kinvault::test {

using namespace domain;
using auth::token_response;

task<void> kept_mail::reset_link(pg::session&, std::string email, std::string, std::string link) {
    sent.emplace_back(std::move(email), std::move(link));
    co_return;
}

std::string kept_mail::token() const {
    auto const& link = sent.at(sent.size() - 1).second;
    return link.substr(link.find('=') + 1);
}

crypto::password_options cheap_hashes() {
    crypto::password_options options;
    options.argon2_memory_kib = 64;
    options.argon2_passes = 1;
    return options;
}

namespace {

pg::pool_options pool_on(std::string const& url) {
    pg::pool_options options;
    options.conninfo = url;
    options.size = 8;
    return options;
}

schema::secret<std::string> secret(std::string text) {
    return {std::move(text)};
}

auth::device const laptop{"192.0.2.1", "a laptop"};

} // namespace

stall::stall(accounts_fixture& in, std::string const& table)
    : in_(in)
    , until_(in.io, asio::steady_timer::time_point::max())
    , holder_(in.io, hold()) {
    in.own.execute("create function wait_here() returns trigger language plpgsql as $$ begin "
                   "perform pg_advisory_xact_lock_shared(1); return new; end $$");
    in.own.execute("create trigger wait_here before insert on " + table +
                   " for each row execute function wait_here()");
    wait_until([&] { return locked_; });
}

task<void> stall::hold() {
    auto body = [this](pg::transaction& transaction) { return hold_locked(transaction); };
    co_await in_.db.transact(body);
}

task<void> stall::hold_locked(pg::session& transaction) {
    static pg::statement const lock{"test.hold", "select pg_advisory_xact_lock(1)", 0};
    co_await transaction.run(lock);
    locked_ = true;
    try {
        co_await until_.async_wait(use_task);
    } catch (boost::system::system_error const&) {
        // Released.
    }
}

void stall::release() {
    until_.cancel();
    holder_.get();
}

int stall::waiting() const {
    return std::stoi(in_.own.execute("select count(*) from pg_stat_activity where datname = "
                                     "current_database() and wait_event_type = 'Lock'"));
}

void stall::wait_until(std::function<bool()> const& done) {
    auto const limit = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    in_.io.restart();
    while (!done()) {
        if (std::chrono::steady_clock::now() > limit) throw never_ended();
        in_.io.run_one_for(std::chrono::milliseconds(10));
    }
}

accounts_fixture::accounts_fixture()
    : db(io, pool_on(own.url()))
    , auth(db, pool, keys, {72, cheap_hashes(), "https://vault"}, &mail)
    , orgs(db, keys) {
    pg::migrate_options options;
    options.conninfo = own.url();
    run(pg::migrate(options, sql::migrations()));
    db.start();
}

accounts_fixture::~accounts_fixture() {
    test::run(io, db.stop());
}

auth::register_form accounts_fixture::form(std::string const& name) {
    auth::register_form sent;
    static_cast<std::string&>(sent.email) = name + "@example.com";
    sent.password = secret(password);
    static_cast<std::string&>(sent.full_name) = name + " Example";
    return sent;
}

token_response accounts_fixture::make_user(std::string const& name, bool zero_knowledge) {
    auto sent = form(name);
    if (zero_knowledge) {
        sent.encrypted_private_key = secret(name + " private");
        sent.public_key = secret(name + " public");
        sent.encrypted_org_key = secret(name + " wrapped");
        sent.recovery_encrypted_private_key = secret(name + " recovery");
    }
    return run(auth.register_account(std::move(sent), laptop));
}

task<token_response> accounts_fixture::login(std::string const& name, std::string const& given) {
    auth::login_form sent;
    sent.email = name + "@example.com";
    sent.password = secret(given);
    return auth.login(std::move(sent), laptop);
}

caller accounts_fixture::caller_of(token_response const& user) {
    caller who;
    who.token_hash = crypto::sha256_hex(user.token);
    who.needed = role::anyone;
    who.address = laptop.address;
    return who;
}

void accounts_fixture::add_member(token_response const& host, token_response const& guest,
                                  std::string const& role) {
    orgs::invite_form sent;
    sent.email = guest.user.email;
    sent.role.value = role;
    run(orgs.invite(caller_of(host), *host.user.active_org_id, std::move(sent)));
}

std::string accounts_fixture::invite(token_response const& host, std::string const& email) {
    auto const token = crypto::random_url_token();
    auto const org = *host.user.active_org_id;
    own.execute("with p as (insert into people (id, org_id, first_name, last_name, email, "
                "can_login) values (gen_random_uuid()::text, '" +
                org + "', 'Ivan', 'Invited', '" + email +
                "', true) returning id) insert into invitation_tokens (id, email, token, purpose, "
                "person_id, org_id, expires_at) select gen_random_uuid()::text, '" +
                email + "', '" + token + "', 'invite', id, '" + org +
                "', now() + interval '1 hour' from p");
    return token;
}

task<token_response> accounts_fixture::accept(std::string const& token) {
    auth::accept_form sent;
    sent.token = secret(token);
    sent.password = secret(password);
    return auth.accept_invite(std::move(sent), laptop);
}

task<auth::message_answer> accounts_fixture::grant(token_response const& by,
                                                   std::string const& org_id,
                                                   std::string const& user_id,
                                                   std::string const& key) {
    return auth.store_org_key(caller_of(by), org_id, auth::key_form{user_id, secret(key)});
}

task<auth::message_answer> accounts_fixture::reset(std::string const& token,
                                                   std::string const& fresh) {
    auth::reset_form sent;
    sent.token = secret(token);
    sent.password = secret(fresh);
    return auth.reset_password(std::move(sent), laptop);
}

std::string accounts_fixture::reset_token(std::string const& name) {
    run(auth.forgot_password(auth::forgot_form{name + "@example.com"}, laptop));
    return mail.token();
}

} // namespace kinvault::test
