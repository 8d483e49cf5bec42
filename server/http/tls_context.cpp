#include "server/http/tls_context.hpp"

#include "crypto/hkdf.hpp"
#include "crypto/random.hpp"
#include "storage/workers.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <spdlog/spdlog.h>

#include <sys/stat.h>

namespace kinvault::http {

namespace {

/// Mozilla's "intermediate" list, version 5.7, without its DHE ciphers: whoever speaks those speaks
/// ECDHE too, and finite-field exchanges let a client make the server compute for nothing.
constexpr char ciphers_12[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr char ciphers_13[] =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr char groups[] = "X25519:P-256:P-384";

/// How long a session may be resumed, and how long a key for tickets lasts; seconds.
constexpr long session_lifetime = 2 * 3600;
constexpr std::time_t ticket_key_lifetime = 12 * 3600;

/// The newest entry of OpenSSL's error queue, which is emptied.
std::string last_error() {
    auto const code = ERR_peek_last_error();
    char const* reason = ERR_reason_error_string(code);
    ERR_clear_error();
    return reason ? reason : "cannot be read";
}

/// Only HTTP/1.1 is spoken here. A client that offers other protocols and not this one takes us for
/// somebody else (RFC 7301, 3.2).
int choose_protocol(SSL*, unsigned char const** chosen, unsigned char* length,
                    unsigned char const* offered, unsigned int offered_length, void*) {
    static constexpr unsigned char ours[] = "\x08http/1.1";
    unsigned char* match = nullptr;
    if (SSL_select_next_proto(&match, length, ours, sizeof ours - 1, offered, offered_length) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = match;
    return SSL_TLSEXT_ERR_OK;
}

/// Nobody is there to type a password.
int no_password(char*, int, int, void*) {
    return 0;
}

void set_rules(SSL_CTX* rules) {
    SSL_CTX_set_min_proto_version(rules, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(rules, ciphers_12);
    SSL_CTX_set_ciphersuites(rules, ciphers_13);
    SSL_CTX_set1_groups_list(rules, groups);
    SSL_CTX_set_options(rules, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                   SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    // A write may take a part of the buffer; an idle connection keeps no buffers.
    SSL_CTX_set_mode(rules, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(rules, 1);
    // Sessions are resumed by tickets only, which need no memory here.
    SSL_CTX_set_session_cache_mode(rules, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_timeout(rules, session_lifetime);
    SSL_CTX_set_alpn_select_cb(rules, choose_protocol, nullptr);
    SSL_CTX_set_default_passwd_cb(rules, no_password);
}

std::string text_of(ASN1_TIME const* time) {
    std::tm parts{};
    char text[16] = "";
    if (ASN1_TIME_to_tm(time, &parts)) std::strftime(text, sizeof text, "%Y-%m-%d", &parts);
    return text;
}

} // namespace

bool tls_context::stamp::operator==(stamp const& other) const {
    return device == other.device && inode == other.inode && size == other.size &&
           modified.tv_sec == other.modified.tv_sec && modified.tv_nsec == other.modified.tv_nsec;
}

tls_context::stamps tls_context::stamps_of(tls_files const& files) {
    stamps found;
    std::size_t at = 0;
    for (auto const* path : {&files.certificate, &files.key}) {
        struct stat status;
        if (::stat(path->c_str(), &status) == 0) {
            found[at] = {status.st_dev, status.st_ino, status.st_size, status.st_mtim};
        }
        ++at;
    }
    return found;
}

tls_context::loaded tls_context::load(tls_files const& files) {
    loaded result;
    context rules(SSL_CTX_new(TLS_server_method()));
    if (!rules) throw std::bad_alloc();
    set_rules(rules.get());
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(rules.get(), files.certificate.c_str()) != 1) {
        result.problem =
            "TLS_CERTIFICATE: cannot use " + files.certificate.string() + ": " + last_error();
    } else if (SSL_CTX_use_PrivateKey_file(rules.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
               SSL_CTX_check_private_key(rules.get()) != 1) {
        result.problem = "TLS_KEY: cannot use " + files.key.string() + ": " + last_error();
    } else {
        result.expiry = text_of(X509_get0_notAfter(SSL_CTX_get0_certificate(rules.get())));
        result.rules = std::move(rules);
    }
    return result;
}

tls_context::tls_context(tls_files files)
    : files_(std::move(files))
    , seen_(stamps_of(files_))
    , ticket_seed_(crypto::random_key()) {
    auto read = load(files_);
    if (!read.rules) throw std::runtime_error(read.problem);
    spdlog::info("the certificate is valid until {}", read.expiry);
    current_ = std::move(read.rules);
    renew_ticket_keys(std::time(nullptr));
}

/// All processes come to the same key at the same time, so that each resumes the others' sessions.
void tls_context::renew_ticket_keys(std::time_t now) {
    ticket_period_ = now / ticket_key_lifetime;
    auto const size = SSL_CTX_get_tlsext_ticket_keys(current_.get(), nullptr, 0);
    auto const purpose = "tickets " + std::to_string(ticket_period_);
    auto keys =
        crypto::hkdf_sha256(ticket_seed_.view(), {}, purpose, static_cast<std::size_t>(size));
    SSL_CTX_set_tlsext_ticket_keys(current_.get(), keys.data(), size);
}

task<void> tls_context::refresh(workers& pool, bool force) {
    auto const now = std::time(nullptr);
    if (now / ticket_key_lifetime != ticket_period_) renew_ticket_keys(now);
    auto look = [files = files_] { return stamps_of(files); };
    auto const found = co_await pool.run(std::move(look));
    if (!force && found == seen_) co_return;
    seen_ = found;
    auto read_files = [files = files_] { return load(files); };
    auto read = co_await pool.run(std::move(read_files));
    if (!read.rules) {
        spdlog::error("{}; the certificate read before stays in use", read.problem);
        co_return;
    }
    current_ = std::move(read.rules);
    renew_ticket_keys(now);
    spdlog::info("read a new certificate, valid until {}", read.expiry);
}

} // namespace kinvault::http
