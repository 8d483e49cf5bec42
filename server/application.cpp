#include "server/application.hpp"

#include "crypto/password.hpp"
#include "crypto/vault_keys.hpp"
#include "domain/audit/service.hpp"
#include "domain/auth/service.hpp"
#include "domain/categories/service.hpp"
#include "domain/cleanup/service.hpp"
#include "domain/contacts/service.hpp"
#include "domain/coverage/service.hpp"
#include "domain/dashboard/service.hpp"
#include "domain/files/service.hpp"
#include "domain/files/sweeper.hpp"
#include "domain/item_links/service.hpp"
#include "domain/items/service.hpp"
#include "domain/orgs/service.hpp"
#include "domain/people/service.hpp"
#include "domain/providers/service.hpp"
#include "domain/reminders/mailing.hpp"
#include "domain/reminders/service.hpp"
#include "domain/renewal/service.hpp"
#include "domain/saved_contacts/service.hpp"
#include "domain/search/service.hpp"
#include "domain/trash/service.hpp"
#include "domain/vehicles/service.hpp"
#include "domain/visas/service.hpp"
#include "server/frontend/forwarder.hpp"
#include "server/frontend/static_files.hpp"
#include "server/http/dispatcher.hpp"
#include "server/http/redirect.hpp"
#include "server/http/server.hpp"
#include "server/jobs.hpp"
#include "server/mail/office.hpp"
#include "server/routes/routes.hpp"
#include "server/stores.hpp"
#include "storage/workers.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace kinvault {

namespace {

/// How often objects without a row are looked for, and how long they must have been left alone:
/// many times the interval in which a running upload says that it runs.
constexpr std::chrono::minutes sweep_interval{5};
constexpr std::chrono::minutes sweep_untouched{10};
/// How soon mail leaves, and a mail that another server dropped is found.
constexpr std::chrono::seconds mail_interval{1};
constexpr std::chrono::hours reminder_interval{1}; // contract, section 8
constexpr std::chrono::hours outbox_clean_interval{6};

/// How often the files of the certificate are looked at.
constexpr std::chrono::seconds certificate_interval{2};
/// How coarsely it is known when a session was last used.
constexpr std::chrono::minutes uses_interval{3};
constexpr std::chrono::hours cleanup_interval{1};

class live_sessions final : public http::session_check {
  public:
    explicit live_sessions(domain::auth::service& auth) : auth_(auth) {}
    task<void> check(domain::caller who) override { return auth_.check(std::move(who)); }
    void used(std::string const& token_hash) override { auth_.note_use(token_hash); }

  private:
    domain::auth::service& auth_;
};

pg::pool_options pool_options(config::settings const& from) {
    pg::pool_options options;
    options.conninfo = from.database_url;
    options.size = static_cast<int>(from.pool_size);
    options.statement_timeout = from.statement_timeout;
    options.acquire_timeout = from.acquire_timeout;
    return options;
}

http::server_options server_options(config::settings const& from) {
    http::server_options options;
    options.limits = {from.head_timeout, from.idle_timeout, from.write_timeout, from.body_min_rate};
    options.max_connections = from.max_connections;
    options.shutdown_timeout = from.shutdown_timeout;
    options.share_port = from.processes > 1;
    return options;
}

/// What the unit of a socket calls it when it is for REDIRECT_LISTEN's purpose.
constexpr std::string_view redirect_name = "redirect";

/// Where a plain request is sent to: the first TCP port that is not the redirecting one.
std::uint16_t https_port(config::settings const& from,
                         std::vector<systemd::passed_socket> const& sockets) {
    for (auto const& socket : sockets) {
        auto const port = http::port_of(socket.descriptor);
        if (port && socket.name != redirect_name) return *port;
    }
    for (auto const& address : from.listen)
        if (!address.is_unix()) return address.port;
    return 443;
}

task<void> sign_of_life() {
    systemd::notify("WATCHDOG=1");
    co_return;
}

/// None when no frontend is served.
std::unique_ptr<http::frontend> make_frontend(config::settings const& from, asio::io_context& on,
                                              workers& pool) {
    if (from.frontend.empty()) return nullptr;
    if (from.frontend.starts_with("http://"))
        return std::make_unique<web::forwarder>(on, from.frontend);
    return std::make_unique<web::static_files>(from.frontend, pool);
}

/// Always stricter than the limit of all requests (contract, section 1), however low that is.
std::uint32_t login_limit(config::settings const& from) {
    auto const own = from.login_rate_limit_per_minute;
    if (from.rate_limit_per_minute == 0) return own;
    return std::min(own, std::max<std::uint32_t>(1, from.rate_limit_per_minute / 4));
}

http::dispatcher_options dispatcher_options(config::settings const& from, http::frontend* web) {
    http::dispatcher_options options;
    options.web = web;
    options.cors_origins = from.cors_origins;
    options.rate_limit_per_minute = from.rate_limit_per_minute;
    options.max_body = from.max_body_size;
    options.trusted = [proxies = from.trusted_proxies](auto const& peer) {
        return peer ? proxies.contains(peer->to_string()) : proxies.contains_unix();
    };
    return options;
}

domain::auth::options auth_options(config::settings const& from) {
    domain::auth::options options;
    options.session_expiry_hours = from.session_expiry_hours;
    options.passwords.scheme = from.password_hash == config::password_hash_kind::bcrypt
                                   ? crypto::password_scheme::bcrypt
                                   : crypto::password_scheme::argon2id;
    options.frontend_url = from.frontend_url;
    return options;
}

/// To wait for a disk takes no processor, and a disk takes the writes of several together. What
/// goes to S3 is only hashed.
std::size_t file_threads(config::settings const& from) {
    constexpr std::size_t to_wait_for_the_disk = 16;
    bool const in_folder = from.blob_store == config::blob_store_kind::folder;
    return in_folder ? to_wait_for_the_disk : from.worker_threads;
}

} // namespace

struct application::parts {
    parts(asio::io_context& on, config::settings const& from, inheritance inherited)
        : settings(from)
        , catalogue(config::load_catalogue(config::find_catalogue_dir(from.catalogue_dir)))
        , keys(from.secret_key)
        , hashing(from.worker_threads, from.worker_queue)
        , file_workers(file_threads(from), 1024)
        , db(on, pool_options(from))
        , store(make_store(from, file_workers))
        , mail(make_mail_office(db, from))
        , auth(db, hashing, keys, auth_options(from), outbox_of(mail))
        , sessions(auth)
        , audit(db)
        , orgs(db, keys)
        , categories(db, catalogue)
        , items(db, catalogue, keys)
        , files(db, *store, keys, {from.max_file_size})
        , trash(db, *store, items)
        , reminders(db, catalogue, keys)
        , reminder_mailing(db, catalogue, outbox_of(mail), from.frontend_url)
        , renewal(db, catalogue, items)
        , search(db, items)
        , dashboard(db, catalogue)
        , contacts(db)
        , coverage(db)
        , saved_contacts(db)
        , item_links(db, catalogue, keys)
        , providers(catalogue)
        , visas(catalogue)
        , people(db, from.frontend_url, outbox_of(mail))
        , vehicles(db)
        , logins(login_limit(from))
        , web(make_frontend(from, on, file_workers))
        , dispatcher(routes, sessions, dispatcher_options(from, web.get()))
        , tls(inherited.tls)
        , sockets(std::move(inherited.sockets))
        , redirect(https_port(from, sockets))
        , server(on, server_options(from))
        , background(on) {
        routes::add_health_routes(routes);
        routes::add_openapi_routes(routes);
        routes::add_auth_routes(routes, auth, logins);
        routes::add_audit_routes(routes, audit);
        routes::add_org_routes(routes, orgs);
        routes::add_category_routes(routes, categories);
        routes::add_item_routes(routes, items, trash);
        routes::add_file_routes(routes, files);
        routes::add_reminder_routes(routes, reminders);
        routes::add_renewal_routes(routes, renewal);
        routes::add_search_routes(routes, search);
        routes::add_dashboard_routes(routes, dashboard);
        routes::add_contact_routes(routes, contacts);
        routes::add_coverage_routes(routes, coverage);
        routes::add_saved_contact_routes(routes, saved_contacts);
        routes::add_item_link_routes(routes, item_links);
        routes::add_provider_routes(routes, providers);
        routes::add_visa_routes(routes, visas);
        routes::add_people_routes(routes, people);
        routes::add_vehicle_routes(routes, vehicles);
        background.every(files.keep_interval, "keeping uploads",
                         [this] { return files.keep_running(); });
        background.every(sweep_interval, "sweeping the store", [this] { return sweep(); });
        if (auto const interval = systemd::watchdog_interval()) {
            background.every(*interval, "the sign of life", sign_of_life);
        }
        if (tls) {
            auto look = [this] { return tls->refresh(file_workers, false); };
            background.every(certificate_interval, "looking at the certificate", look);
        }
        background.every(reminder_interval, "reminding", [this] { return remind(); });
        if (mail) {
            background.every(mail_interval, "sending mail",
                             [this] { return mail->postman.deliver_due(); });
            background.every(outbox_clean_interval, "cleaning the outbox",
                             [this] { return mail->postman.clean(); });
        }
        background.every(uses_interval, "noting the use of sessions",
                         [this] { return auth.record_uses(); });
        background.every(cleanup_interval, "cleaning up", [this] { return clean_up(); });
    }

    task<void> sweep();
    task<void> clean_up();
    task<void> record_last_uses();
    std::vector<std::string> open();
    task<void> remind();
    void finish_jobs(http::clock::time_point end);

    config::settings settings;
    config::catalogue catalogue;
    crypto::master_key keys;
    workers hashing;      ///< password hashes
    workers file_workers; ///< what blocks on files
    pg::pool db;
    std::unique_ptr<blob::store> store;
    std::unique_ptr<mail_office> mail; ///< null without SMTP_HOST
    domain::auth::service auth;
    live_sessions sessions;
    domain::audit::service audit;
    domain::orgs::service orgs;
    domain::categories::service categories;
    domain::items::service items;
    domain::files::service files;
    domain::trash::service trash;
    domain::reminders::service reminders;
    domain::reminders::mailing reminder_mailing;
    domain::renewal::service renewal;
    domain::search::service search;
    domain::dashboard::service dashboard;
    domain::contacts::service contacts;
    domain::coverage::service coverage;
    domain::saved_contacts::service saved_contacts;
    domain::item_links::service item_links;
    domain::providers::service providers;
    domain::visas::service visas;
    domain::people::service people;
    domain::vehicles::service vehicles;
    http::rate_limiter logins;
    http::router routes;
    std::unique_ptr<http::frontend> web;
    http::dispatcher dispatcher;
    http::tls_context* tls;
    std::vector<systemd::passed_socket> sockets;
    http::https_redirect redirect;
    http::server server;
    jobs background;
};

task<void> application::parts::sweep() {
    auto const report = co_await domain::files::sweep(db, *store, sweep_untouched);
    if (report.removed > 0) spdlog::info("swept {} objects without a row", report.removed);
}

task<void> application::parts::remind() {
    auto const report = co_await reminder_mailing.run();
    if (report.mailed > 0) spdlog::info("{} reminders are mailed", report.mailed);
    if (report.moved > 0) spdlog::info("{} repeating reminders moved on", report.moved);
}

/// Begins no further run; a mail that is on its way gets half of the time, so that what became of
/// it can be written down in the other half.
void application::parts::finish_jobs(http::clock::time_point end) {
    background.finish();
    if (!mail) return;
    mail->postman.finish();
    auto const now = http::clock::now();
    mail->way.end_by(now + (end - now) / 2);
}

task<void> application::parts::clean_up() {
    auto const done = co_await domain::cleanup::clean_up(db, settings.audit_retention_days);
    if (done.sessions + done.tokens + done.audit_entries > 0) {
        spdlog::info("cleaned up {} sessions, {} tokens and {} audit entries", done.sessions,
                     done.tokens, done.audit_entries);
    }
    if (settings.trash_retention_days == 0) co_return;
    auto const purged = co_await trash.purge(settings.trash_retention_days);
    if (purged > 0) spdlog::info("removed {} items from the trash", purged);
}

/// At the end, if that takes no waiting.
task<void> application::parts::record_last_uses() {
    if (!db.ready()) co_return;
    try {
        co_await auth.record_uses();
    } catch (std::exception const& error) {
        spdlog::warn("when sessions were last used was not noted: {}", error.what());
    }
}

/// Opens all doors and gives their addresses.
std::vector<std::string> application::parts::open() {
    std::vector<std::string> addresses;
    http::door const plain{dispatcher};
    http::door const secure{dispatcher, tls};
    http::door const moved{redirect};
    for (auto const& socket : sockets) {
        bool const tcp = http::port_of(socket.descriptor).has_value();
        bool const redirects = socket.name == redirect_name;
        if (redirects && !tls) throw std::runtime_error("a socket to redirect needs HTTPS");
        auto const& to = redirects ? moved : tcp ? secure : plain;
        addresses.push_back(server.adopt(socket.descriptor, to));
    }
    if (!sockets.empty()) return addresses;
    for (auto const& address : settings.listen) {
        addresses.push_back(server.listen(address.text(), address.is_unix() ? plain : secure));
    }
    for (auto const& address : settings.redirect_listen) {
        addresses.push_back(server.listen(address.text(), moved));
    }
    return addresses;
}

application::application(asio::io_context& context, config::settings const& settings,
                         inheritance inherited)
    : parts_(std::make_unique<parts>(context, settings, std::move(inherited))) {}

application::~application() = default;

task<std::vector<std::string>> application::start() {
    parts_->db.start();
    co_await parts_->store->check();
    auto addresses = parts_->open();
    parts_->background.start();
    co_return addresses;
}

task<void> application::reload() {
    if (!parts_->tls) {
        spdlog::info("nothing to read again: HTTPS is off");
        co_return;
    }
    auto& reader = parts_->file_workers;
    bool const force = true;
    co_await parts_->tls->refresh(reader, force);
}

task<void> application::stop() {
    // Requests and jobs end side by side, within one timeout.
    auto const end = http::clock::now() + parts_->settings.shutdown_timeout;
    parts_->finish_jobs(end);
    co_await parts_->server.stop();
    auto const left = std::max(end - http::clock::now(), http::clock::duration::zero());
    auto const grace = std::chrono::duration_cast<jobs::milliseconds>(left);
    co_await parts_->background.stop(grace);
    co_await parts_->record_last_uses();
    co_await parts_->db.stop();
}

} // namespace kinvault
