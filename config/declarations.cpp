#include "config/declarations.hpp"

#include <algorithm>
#include <type_traits>

namespace kinvault::config {
namespace {

constexpr std::uint64_t kib = 1024, mib = 1024 * kib, gib = 1024 * mib, tib = 1024 * gib;

// How a member is read and shown, one struct a kind of value.

template <auto Member>
using member_type = std::remove_reference_t<decltype(std::declval<settings&>().*Member)>;

template <auto Member>
struct text {
    static verdict read(std::string_view value, settings& into) {
        into.*Member = std::string(value);
        return {};
    }
    static std::string show(settings const& from) { return from.*Member; }
};

template <auto Member>
struct path {
    static verdict read(std::string_view value, settings& into) {
        into.*Member = std::string(value);
        return {};
    }
    static std::string show(settings const& from) { return (from.*Member).string(); }
};

template <auto Member, std::uint64_t Least, std::uint64_t Most>
struct whole {
    static verdict read(std::string_view value, settings& into) {
        std::uint64_t number = 0;
        auto result = read_whole(value, Least, Most, number);
        if (!result) into.*Member = member_type<Member>(number);
        return result;
    }
    static std::string show(settings const& from) {
        if constexpr (std::is_integral_v<member_type<Member>>)
            return std::to_string(from.*Member);
        else
            return std::to_string((from.*Member).count());
    }
};

template <auto Member, std::uint64_t Least, std::uint64_t Most>
struct size {
    static verdict read(std::string_view value, settings& into) {
        return read_size(value, Least, Most, into.*Member);
    }
    static std::string show(settings const& from) { return size_text(from.*Member); }
};

template <auto Member>
struct boolean {
    static verdict read(std::string_view value, settings& into) {
        return read_bool(value, into.*Member);
    }
    static std::string show(settings const& from) { return from.*Member ? "true" : "false"; }
};

/// The enumerators of a kind in their order.
std::vector<std::string_view> words_of(blob_store_kind) {
    return {"folder", "s3"};
}
std::vector<std::string_view> words_of(password_hash_kind) {
    return {"argon2id", "bcrypt"};
}
std::vector<std::string_view> words_of(log_format_kind) {
    return {"text", "json"};
}
std::vector<std::string_view> words_of(log_level_kind) {
    return {"trace", "debug", "info", "warn", "error"};
}

template <auto Member>
struct word {
    static verdict read(std::string_view value, settings& into) {
        std::size_t index = 0;
        auto result = read_word(value, words_of(into.*Member), index);
        if (!result) into.*Member = member_type<Member>(index);
        return result;
    }
    static std::string show(settings const& from) {
        return std::string(words_of(from.*Member)[std::size_t(from.*Member)]);
    }
};

template <auto Member>
struct http_url : text<Member> {
    static verdict read(std::string_view value, settings& into) {
        return read_http_url(value, into.*Member);
    }
};

struct database_url : text<&settings::database_url> {
    static verdict read(std::string_view value, settings& into) {
        return read_database_url(value, into.database_url);
    }
};

struct origins {
    static verdict read(std::string_view value, settings& into) {
        return read_origins(value, into.cors_origins);
    }
    static std::string show(settings const& from) { return origins_text(from.cors_origins); }
};

template <auto Member>
struct addresses {
    static verdict read(std::string_view value, settings& into) {
        return read_listen(value, into.*Member);
    }
    static std::string show(settings const& from) {
        std::string result;
        for (auto const& entry : from.*Member)
            result += (result.empty() ? "" : ", ") + entry.text();
        return result;
    }
};

struct proxies {
    static verdict read(std::string_view value, settings& into) {
        return read_networks(value, into.trusted_proxies);
    }
    static std::string show(settings const& from) { return from.trusted_proxies.text(); }
};

struct frontend : text<&settings::frontend> {
    static verdict read(std::string_view value, settings& into) {
        if (value.find("://") == std::string_view::npos)
            return text<&settings::frontend>::read(value, into);
        constexpr std::string_view scheme = "http://";
        auto result = read_http_url(value, into.frontend);
        if (!result && (!into.frontend.starts_with(scheme) ||
                        into.frontend.find('/', scheme.size()) != std::string::npos))
            return fault{std::string(value),
                         "a folder or an address of the form http://host[:port]"};
        return result;
    }
};

enum traits { plain, secret, several };

template <class Codec>
constexpr declaration row(std::string_view group, std::string_view name, std::string_view hint,
                          std::string_view fallback, std::string_view help, traits how = plain) {
    return {name,          group,          hint,         fallback,    help,
            how == secret, how == several, &Codec::read, &Codec::show};
}

using s = settings;
constexpr std::string_view essential = "Essentials", web = "Web", files = "Files", mail = "Mail",
                           security = "Security", limits = "Limits and timeouts",
                           process = "Process and logging";

// clang-format off
constexpr declaration table[] = {
row<database_url>(essential, "DATABASE_URL", "URL", "",
    "PostgreSQL: postgresql://user:password@host/name or key=value pairs", secret),
row<text<&s::secret_key>>(essential, "SECRET_KEY", "TEXT", "",
    "at least 32 random characters (openssl rand -hex 32); protects what the server encrypts "
    "itself, so it must never change or get lost", secret),
row<addresses<&s::listen>>(essential, "LISTEN", "ADDRESSES", "127.0.0.1:8000",
    "where to accept connections: host:port, [v6]:port or unix:/path, several with commas",
    several),
row<path<&s::tls_certificate>>(essential, "TLS_CERTIFICATE", "FILE", "",
    "PEM file of the certificate and those behind it: the TCP addresses of LISTEN then speak HTTPS"),
row<path<&s::tls_key>>(essential, "TLS_KEY", "FILE", "",
    "PEM file of its private key; both are read again when they change, and on SIGHUP"),
row<addresses<&s::redirect_listen>>(essential, "REDIRECT_LISTEN", "ADDRESSES", "",
    "where plain HTTP is answered with a redirect to HTTPS, e.g. 0.0.0.0:80", several),
row<http_url<&s::frontend_url>>(essential, "FRONTEND_URL", "URL", "http://localhost:3000",
    "address of the web frontend, for the links in mails"),
row<frontend>(essential, "FRONTEND", "FOLDER|URL", "",
    "web frontend to serve beside the interface, on the same origin: the folder of a static build, "
    "or http://host:port of its own server"),
row<path<&s::catalogue_dir>>(essential, "CATALOGUE_DIR", "FOLDER", "",
    "folder of categories, fields and other data (default: what was installed)"),

row<origins>(web, "CORS_ORIGINS", "JSON", R"(["http://localhost:3000"])",
    "JSON list of the origins whose pages may call the server from a browser"),
row<proxies>(web, "TRUSTED_PROXIES", "NETWORKS", "",
    "addresses and networks whose word about the client is believed, with commas; unix for "
    "all peers of a Unix socket", several),
row<whole<&s::rate_limit_per_minute, 0, 1'000'000>>(web, "RATE_LIMIT_PER_MINUTE", "N", "600",
    "requests a minute for each client address; 0 turns the limit off"),
row<whole<&s::login_rate_limit_per_minute, 0, 1'000'000>>(web, "LOGIN_RATE_LIMIT_PER_MINUTE",
    "N", "10", "attempts a minute to log in, for each account and address; 0: no limit"),

row<word<&s::blob_store>>(files, "BLOB_STORE", "folder|s3", "",
    "where files are kept (default: s3 when S3_ENDPOINT_URL is set, else folder)"),
row<path<&s::blob_dir>>(files, "BLOB_DIR", "FOLDER", "./var/blobs",
    "folder of the files, for BLOB_STORE=folder"),
row<http_url<&s::s3_endpoint_url>>(files, "S3_ENDPOINT_URL", "URL", "",
    "address of the S3 server"),
row<text<&s::s3_access_key>>(files, "S3_ACCESS_KEY", "TEXT", "",
    "S3 access key; with it goes S3_SECRET_KEY", secret),
row<text<&s::s3_secret_key>>(files, "S3_SECRET_KEY", "TEXT", "", "S3 secret key", secret),
row<text<&s::s3_bucket>>(files, "S3_BUCKET", "NAME", "", "bucket that holds the files"),
row<text<&s::s3_region>>(files, "S3_REGION", "NAME", "us-east-1", "region of the bucket"),
row<path<&s::s3_ca_file>>(files, "S3_CA_FILE", "FILE", "",
    "certificates that sign the S3 server's one (default: those of the system)"),
row<boolean<&s::s3_path_style>>(files, "S3_PATH_STYLE", "BOOL", "true",
    "address files as http://host/bucket/key; false: as http://bucket.host/key"),
// S3 allows parts of 5 MiB to 5 GiB and at most 10,000 of them.
row<size<&s::s3_part_size, 5 * mib, 5 * gib>>(files, "S3_PART_SIZE", "SIZE", "8M",
    "size of the parts of large uploads"),
row<size<&s::max_file_size, 1, 5 * tib>>(files, "MAX_FILE_SIZE", "SIZE", "26214400",
    "largest file a client may upload"),
row<size<&s::upload_memory, mib, tib>>(files, "UPLOAD_MEMORY", "SIZE", "96M",
    "memory all uploads of a process may take together; further ones wait"),

row<text<&s::smtp_host>>(mail, "SMTP_HOST", "HOST", "", "mail server; without one no mail is sent"),
row<whole<&s::smtp_port, 1, 65535>>(mail, "SMTP_PORT", "PORT", "587", "its port"),
row<text<&s::smtp_user>>(mail, "SMTP_USER", "TEXT", "", "user to log in as, if any"),
row<text<&s::smtp_password>>(mail, "SMTP_PASSWORD", "TEXT", "", "password of that user", secret),
row<text<&s::smtp_from>>(mail, "SMTP_FROM", "ADDRESS", "noreply@localhost",
    "sender of the mails; also: The vault <vault@example.org>"),
row<boolean<&s::smtp_use_tls>>(mail, "SMTP_USE_TLS", "BOOL", "true",
    "STARTTLS, or TLS from the start on port 465; false: no encryption"),
row<path<&s::smtp_ca_file>>(mail, "SMTP_CA_FILE", "FILE", "",
    "certificates that sign the mail server's one (default: those of the system)"),

row<whole<&s::session_expiry_hours, 1, 8760>>(security, "SESSION_EXPIRY_HOURS", "HOURS", "72",
    "how long a login lasts"),
row<word<&s::password_hash>>(security, "PASSWORD_HASH", "argon2id|bcrypt", "argon2id",
    "how new passwords are hashed; bcrypt for those who may go back to the original server"),
row<whole<&s::audit_retention_days, 0, 36500>>(security, "AUDIT_RETENTION_DAYS", "DAYS", "730",
    "how long entries of the audit log are kept; 0: for ever"),
row<whole<&s::trash_retention_days, 0, 36500>>(security, "TRASH_RETENTION_DAYS", "DAYS", "0",
    "archived items that nobody has touched for so long are removed for good, with their files; "
    "0: never"),

row<size<&s::max_body_size, kib, gib>>(limits, "MAX_BODY_SIZE", "SIZE", "1M",
    "largest JSON body of a request"),
row<whole<&s::max_connections, 1, 1'000'000>>(limits, "MAX_CONNECTIONS", "N", "10000",
    "connections of clients a process keeps at once"),
row<whole<&s::head_timeout, 1, 3600>>(limits, "HEAD_TIMEOUT", "SECONDS", "10",
    "time to receive the head of a request"),
row<whole<&s::idle_timeout, 1, 86400>>(limits, "IDLE_TIMEOUT", "SECONDS", "60",
    "time between two requests of a connection"),
row<whole<&s::write_timeout, 1, 3600>>(limits, "WRITE_TIMEOUT", "SECONDS", "30",
    "time without progress until a slow reader is dropped"),
row<size<&s::body_min_rate, 1, gib>>(limits, "BODY_MIN_RATE", "SIZE", "1K",
    "bytes a second a client must send at least while it uploads"),
row<whole<&s::shutdown_timeout, 0, 3600>>(limits, "SHUTDOWN_TIMEOUT", "SECONDS", "10",
    "time that running requests get when the server stops"),
row<whole<&s::statement_timeout, 1, 3600>>(limits, "STATEMENT_TIMEOUT", "SECONDS", "30",
    "time for one statement of the database"),
row<whole<&s::acquire_timeout, 1, 3600>>(limits, "ACQUIRE_TIMEOUT", "SECONDS", "5",
    "time to wait for a free connection to the database"),

row<whole<&s::processes, 1, 256>>(process, "PROCESSES", "N", "1",
    "server processes that share the work, for more cores than one"),
row<whole<&s::pool_size, 1, 1000>>(process, "POOL_SIZE", "N", "8",
    "connections to the database for each process"),
row<whole<&s::worker_threads, 1, 256>>(process, "WORKER_THREADS", "N", "2",
    "threads of a process for password hashing, and for checksums of what goes to S3"),
row<whole<&s::worker_queue, 0, 100'000>>(process, "WORKER_QUEUE", "N", "64",
    "jobs that may wait for those threads; further ones are refused"),
row<word<&s::log_level>>(process, "LOG_LEVEL", "LEVEL", "info", "least important entries to log: trace, debug, info, warn or error"),
row<word<&s::log_format>>(process, "LOG_FORMAT", "text|json", "text",
    "a line of text for each entry, or a JSON object a line"),
};
// clang-format on

} // namespace

std::span<declaration const> declarations() {
    return table;
}

declaration const* find_declaration(std::string_view name) {
    auto it = std::find_if(std::begin(table), std::end(table),
                           [&](declaration const& entry) { return entry.name == name; });
    return it == std::end(table) ? nullptr : it;
}

std::string flag_name(std::string_view name) {
    auto result = lower(name);
    std::replace(result.begin(), result.end(), '_', '-');
    return result;
}

std::string environment_name(std::string_view key) {
    std::string result(key);
    for (auto& c : result) {
        if (c >= 'a' && c <= 'z') c = char(c - 'a' + 'A');
        if (c == '-') c = '_';
    }
    return result;
}

} // namespace kinvault::config
