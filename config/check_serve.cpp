// What must be set before the server may take data in: used by `serve` and `check-config`.
#include "config/mailbox.hpp"
#include "config/settings.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>

namespace kinvault::config {
namespace {

constexpr std::size_t shortest_key = 32;

/// Words that the secret keys of examples and tutorials are made of, longer ones before what is
/// part of them: change-me-in-production, your-secret-key-here, supersecret, dev-secret, ...
constexpr std::array well_known{"changemeinproduction",
                                "changethisinproduction",
                                "familyvault",
                                "characters",
                                "placeholder",
                                "development",
                                "production",
                                "insecure",
                                "changeme",
                                "password",
                                "kinvault",
                                "minimum",
                                "default",
                                "example",
                                "replace",
                                "generate",
                                "random",
                                "secret",
                                "change",
                                "string",
                                "please",
                                "vault",
                                "super",
                                "chars",
                                "token",
                                "least",
                                "your",
                                "this",
                                "here",
                                "with",
                                "long",
                                "must",
                                "test",
                                "key",
                                "dev",
                                "min"};

/// Is it an example's key, also repeated or padded to the length that is asked for? Case and
/// punctuation do not matter.
bool is_well_known(std::string const& secret) {
    std::string rest;
    for (char c : lower(secret))
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) rest += c;
    bool found = false;
    for (std::string_view word : well_known)
        for (std::size_t at; (at = rest.find(word)) != std::string::npos; found = true)
            rest.erase(at, word.size());
    // A random key may hold such a word by chance, but then most of it is left.
    constexpr std::size_t enough = 16;
    bool digits = rest.find_first_not_of("0123456789") == std::string::npos;
    return found && (rest.size() < enough || digits);
}

/// A few characters over and over: 000..., abababab...
bool is_monotonous(std::string const& secret) {
    constexpr std::size_t fewest = 6; // 32 random hexadecimal digits nearly always have 12 or more
    return std::set<char>(secret.begin(), secret.end()).size() < fewest;
}

void check_secret_key(std::string const& key, std::vector<std::string>& problems) {
    std::string const advice = "; make one with: openssl rand -hex 32";
    if (key.empty())
        problems.push_back("SECRET_KEY: is missing" + advice);
    else if (is_well_known(key))
        problems.push_back("SECRET_KEY: is a well-known default" + advice);
    else if (key.size() < shortest_key)
        problems.push_back("SECRET_KEY: is shorter than 32 characters" + advice);
    else if (is_monotonous(key))
        problems.push_back("SECRET_KEY: is not random" + advice);
}

void check_s3(settings const& values, std::vector<std::string>& problems) {
    auto need = [&](bool given, std::string name) {
        if (!given) problems.push_back(name + ": is missing, BLOB_STORE=s3 needs it");
    };
    need(!values.s3_endpoint_url.empty(), "S3_ENDPOINT_URL");
    need(!values.s3_bucket.empty(), "S3_BUCKET");
    // Without both, the credentials come from where AWS's own tools find them.
    bool any = !values.s3_access_key.empty() || !values.s3_secret_key.empty();
    if (any && values.s3_access_key.empty())
        problems.push_back("S3_ACCESS_KEY: is missing, S3_SECRET_KEY goes with it");
    if (any && values.s3_secret_key.empty())
        problems.push_back("S3_SECRET_KEY: is missing, S3_ACCESS_KEY goes with it");
}

void check_tls(settings const& values, std::vector<std::string>& problems) {
    bool const certificate = !values.tls_certificate.empty();
    if (certificate && values.tls_key.empty())
        problems.push_back("TLS_KEY: is missing, TLS_CERTIFICATE goes with it");
    if (!certificate && !values.tls_key.empty())
        problems.push_back("TLS_CERTIFICATE: is missing, TLS_KEY goes with it");
    auto const is_tcp = [](listen_address const& at) { return !at.is_unix(); };
    if (values.redirect_listen.empty()) return;
    if (!certificate)
        problems.push_back("REDIRECT_LISTEN: needs HTTPS, so TLS_CERTIFICATE and TLS_KEY");
    else if (std::none_of(values.listen.begin(), values.listen.end(), is_tcp))
        problems.push_back("REDIRECT_LISTEN: needs a TCP address in LISTEN to redirect to");
}

} // namespace

std::vector<std::string> check_serve(settings const& values) {
    std::vector<std::string> problems;
    check_secret_key(values.secret_key, problems);
    if (values.database_url.empty()) problems.push_back("DATABASE_URL: is missing");
    check_tls(values, problems);
    for (auto& problem : check_store(values)) problems.push_back(std::move(problem));
    return problems;
}

std::vector<std::string> check_store(settings const& values) {
    std::vector<std::string> problems;
    if (values.blob_store == blob_store_kind::s3) check_s3(values, problems);
    if (!values.smtp_host.empty() && !parse_mailbox(values.smtp_from))
        problems.push_back("SMTP_FROM: is not an address like vault@example.org");
    return problems;
}

} // namespace kinvault::config
