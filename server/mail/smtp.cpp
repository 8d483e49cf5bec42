#include "server/mail/smtp.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace kinvault {

namespace {

using domain::mail::delivery;
using domain::mail::envelope;
using domain::mail::outcome;
using clock = std::chrono::steady_clock;

/// TLS from the start (RFC 8314, section 3.3); on any other port STARTTLS has to work.
constexpr std::uint16_t tls_port = 465;

struct easy_cleanup {
    void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};
struct list_free {
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using list = std::unique_ptr<curl_slist, list_free>;

/// libcurl wants this once, before there are threads that use it.
void initialise_libcurl() {
    static CURLcode const done = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (done != CURLE_OK) throw std::runtime_error("libcurl cannot be initialised");
}

/// The rest of a mail that libcurl has not read yet.
struct source {
    std::string_view rest;
    bool touched = false; ///< the server has said that it wants to see the mail
};

std::size_t read_mail(char* into, std::size_t size, std::size_t count, void* from) {
    auto& mail = *static_cast<source*>(from);
    mail.touched = true;
    std::size_t const length = std::min(size * count, mail.rest.size());
    std::memcpy(into, mail.rest.data(), length);
    mail.rest.remove_prefix(length);
    return length;
}

/// Replies that are about us and our settings, not about the mail (RFC 3207, 4954).
bool is_about_access(long reply) {
    return reply == 530 || reply == 534 || reply == 535 || reply == 538;
}

/// What a failed attempt means for the mail. `reply` is the last one of the server.
outcome meaning(CURLcode code, long reply, bool touched, std::string_view message) {
    bool const spoken = code == CURLE_SEND_ERROR || code == CURLE_WEIRD_SERVER_REPLY;
    bool const refused_sender = message.starts_with("MAIL failed");
    if (spoken && (touched || code == CURLE_SEND_ERROR) && reply >= 400) {
        if (reply == 421 || is_about_access(reply)) return outcome::out_of_reach;
        if (reply < 500) return outcome::put_off;
        return refused_sender ? outcome::out_of_reach : outcome::refused;
    }
    // Once it has the mail, it may have taken it: to be tried again, but not at once.
    return touched ? outcome::put_off : outcome::out_of_reach;
}

std::string bracketed(std::string const& host) {
    return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

} // namespace

/// libcurl's handle; touched by one thread at a time only.
class smtp::client {
  public:
    explicit client(smtp_options options);
    delivery send(envelope const& what);
    void end_by(clock::time_point when) { end_.store(when); }

  private:
    template <class T>
    void set(CURLoption option, T value) {
        if (curl_easy_setopt(handle_.get(), option, value) != CURLE_OK) {
            throw std::runtime_error("libcurl lacks an option that mail needs");
        }
    }
    void set_up();
    static int progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
        // Anything but 0 ends the transfer; called once a second at least.
        return clock::now() >= static_cast<client*>(self)->end_.load() ? 1 : 0;
    }

    smtp_options options_;
    std::string url_;
    std::unique_ptr<CURL, easy_cleanup> handle_;
    std::array<char, CURL_ERROR_SIZE> error_{};
    std::atomic<clock::time_point> end_{clock::time_point::max()};
};

smtp::client::client(smtp_options options) : options_(std::move(options)) {
    initialise_libcurl();
    handle_.reset(curl_easy_init());
    if (!handle_) throw std::bad_alloc();
    set_up();
}

void smtp::client::set_up() {
    bool const at_once = options_.security == smtp_security::tls;
    bool const secure = options_.security != smtp_security::none;
    url_ = std::string(at_once ? "smtps" : "smtp") + "://" + bracketed(options_.host) + ":" +
           std::to_string(options_.port);
    set(CURLOPT_URL, url_.c_str());
    set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    set(CURLOPT_USE_SSL, long(secure ? CURLUSESSL_ALL : CURLUSESSL_NONE));
    set(CURLOPT_SSLVERSION, long(CURL_SSLVERSION_TLSv1_2));
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (!options_.ca_file.empty()) set(CURLOPT_CAINFO, options_.ca_file.c_str());
    if (!options_.user.empty()) {
        set(CURLOPT_USERNAME, options_.user.c_str());
        set(CURLOPT_PASSWORD, options_.password.c_str());
    }
    // Proxies of the environment are not for mail.
    set(CURLOPT_NOPROXY, "*");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_CONNECTTIMEOUT, long(options_.connect_timeout.count()));
    set(CURLOPT_TIMEOUT, long(options_.timeout.count()));
    set(CURLOPT_SERVER_RESPONSE_TIMEOUT, long(options_.reply_timeout.count()));
    // Mails are few; a connection each ends with QUIT and cannot have gone stale.
    set(CURLOPT_FORBID_REUSE, 1L);
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_MAIL_FROM, ("<" + options_.from + ">").c_str());
    set(CURLOPT_READFUNCTION, &read_mail);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &client::progress);
    set(CURLOPT_XFERINFODATA, this);
    set(CURLOPT_ERRORBUFFER, error_.data());
}

delivery smtp::client::send(envelope const& what) {
    list const to(curl_slist_append(nullptr, ("<" + what.to + ">").c_str()));
    if (!to) throw std::bad_alloc();
    source mail{what.content.text()};
    set(CURLOPT_MAIL_RCPT, to.get());
    set(CURLOPT_READDATA, &mail);
    set(CURLOPT_INFILESIZE_LARGE, curl_off_t(mail.rest.size()));
    error_[0] = '\0';
    CURLcode const code = curl_easy_perform(handle_.get());
    set(CURLOPT_MAIL_RCPT, static_cast<curl_slist*>(nullptr));
    if (code == CURLE_OK) return {};
    long reply = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &reply);
    std::string const why = error_[0] ? error_.data() : curl_easy_strerror(code);
    return {meaning(code, reply, mail.touched, why), why};
}

smtp_options smtp_options_of(config::settings const& from, std::string sender) {
    smtp_options options;
    options.host = from.smtp_host;
    options.port = from.smtp_port;
    options.user = from.smtp_user;
    options.password = from.smtp_password;
    options.from = std::move(sender);
    if (!from.smtp_use_tls) {
        options.security = smtp_security::none;
    } else if (from.smtp_port == tls_port) {
        options.security = smtp_security::tls;
    }
    options.ca_file = from.smtp_ca_file.string();
    return options;
}

smtp::smtp(smtp_options options)
    : client_(std::make_unique<client>(std::move(options)))
    , thread_(1, 16) {}

smtp::~smtp() = default;

task<delivery> smtp::send(envelope what) {
    auto job = [this, &what] { return client_->send(what); };
    auto result = co_await thread_.run(std::move(job));
    co_return result;
}

void smtp::end_by(clock::time_point when) {
    client_->end_by(when);
}

} // namespace kinvault
