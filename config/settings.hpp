// What an operator can set, from flags, the environment and a file (flags over environment over
// file over default). main.cpp loads it once; everything else gets the struct, or the values it
// needs, by its constructor. The table of all settings with defaults and help is declarations.cpp.
#pragma once

#include "config/networks.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kinvault::config {

enum class blob_store_kind { folder, s3 };
enum class password_hash_kind { argon2id, bcrypt };
enum class log_level_kind { trace, debug, info, warn, error };
enum class log_format_kind { text, json };

/// One place to accept connections.
struct listen_address {
    std::string host;       ///< name or address without brackets; empty for a Unix socket
    std::uint16_t port = 0; ///< 0 takes a free one
    std::string path;       ///< of the Unix socket; empty for TCP

    bool is_unix() const { return !path.empty(); }
    /// As it is written in LISTEN.
    std::string text() const;
};

/// A freshly made one holds the defaults. Sizes are bytes. Empty texts mean "not set".
struct settings {
    settings();

    std::string database_url; ///< for libpq: a URL or `key=value` pairs
    std::string secret_key;
    std::uint32_t session_expiry_hours;
    std::uint32_t audit_retention_days; ///< 0: for ever
    std::uint32_t trash_retention_days; ///< 0: for ever

    std::string s3_endpoint_url; ///< scheme://host[:port][/path], no slash at the end
    std::string s3_access_key;
    std::string s3_secret_key;
    std::string s3_bucket;
    std::string s3_region;
    std::filesystem::path s3_ca_file;
    std::uint64_t s3_part_size;
    bool s3_path_style;

    std::vector<std::string> cors_origins; ///< as browsers send them: lower case, no default port
    std::uint32_t rate_limit_per_minute;   ///< 0: off
    std::uint32_t login_rate_limit_per_minute; ///< 0: off
    std::string frontend_url;                  ///< no slash at the end
    std::string frontend; ///< a folder, or http://host[:port]; empty: none is served

    std::string smtp_host; ///< empty: no mail is sent
    std::uint16_t smtp_port;
    std::string smtp_user;
    std::string smtp_password;
    std::string smtp_from; ///< as mailbox.hpp takes it
    std::filesystem::path smtp_ca_file;
    bool smtp_use_tls; ///< STARTTLS, or TLS from the start on port 465

    std::vector<listen_address> listen;          ///< at least one
    std::filesystem::path tls_certificate;       ///< empty: plain HTTP
    std::filesystem::path tls_key;               ///< goes with it
    std::vector<listen_address> redirect_listen; ///< may be empty
    std::uint32_t processes;
    std::uint32_t pool_size;
    std::uint64_t max_body_size; ///< of JSON bodies
    std::uint64_t max_file_size;
    std::uint32_t max_connections;
    networks trusted_proxies;

    blob_store_kind blob_store; ///< s3 when only s3_endpoint_url was set
    std::filesystem::path blob_dir;
    std::uint64_t upload_memory; ///< all uploads of a process together

    password_hash_kind password_hash;
    log_level_kind log_level;
    log_format_kind log_format;
    std::filesystem::path catalogue_dir; ///< empty: see find_catalogue_dir

    std::chrono::seconds head_timeout;
    std::chrono::seconds idle_timeout;
    std::chrono::seconds write_timeout;
    std::uint64_t body_min_rate; ///< bytes per second
    std::chrono::seconds shutdown_timeout;
    std::chrono::seconds statement_timeout;
    std::chrono::seconds acquire_timeout;

    std::uint32_t worker_threads;
    std::uint32_t worker_queue;
};

/// Name and value of each variable.
using environment = std::map<std::string, std::string, std::less<>>;
/// That of this process.
environment process_environment();

/// A flag of some command that is no setting, e.g. `--json` or `--from ADDRESS`.
struct extra_option {
    std::string name; ///< without dashes
    bool takes_value = false;
    std::string help;
};

/// Everything known after the command line, the environment and the file were read.
struct loaded {
    settings values;
    std::string command;            ///< first word; empty when there is none
    std::vector<std::string> words; ///< those after it
    std::map<std::string, std::string, std::less<>> options; ///< extra options given
    bool help = false;
    bool version = false;
    /// Where each setting comes from: "default", "environment", "flag" or the file's name.
    std::map<std::string, std::string, std::less<>> sources;
    /// One line each; empty when all is well. Never holds the value of a secret.
    std::vector<std::string> problems;

    bool has(std::string_view option) const { return options.find(option) != options.end(); }
};

/// `kinvault [COMMAND] [words...] [--flags]`. All problems are collected; does not throw for bad
/// input.
loaded load(int argc, char const* const* argv, environment const& variables,
            std::vector<extra_option> const& extra = {});

/// What stops `serve`, one line each: secrets that are missing or too weak, incomplete settings.
std::vector<std::string> check_serve(settings const& values);
/// The part of it that is about the store of files.
std::vector<std::string> check_store(settings const& values);

/// The flags, grouped, for `--help`.
std::string describe_flags(std::vector<extra_option> const& extra = {});
/// The settings in effect and where they come from, for `check-config`; secrets show as `(set)`.
std::string describe_values(loaded const& from);
/// The documented example of a settings file: config/kinvault.conf.example.
std::string describe_example();
/// The same table as Markdown, for docs/.
std::string describe_markdown();

} // namespace kinvault::config
