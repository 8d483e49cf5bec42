#include "config/settings.hpp"

#include "config/declarations.hpp"
#include "support.hpp"

#include <boost/test/unit_test.hpp>

#include <iterator>

using namespace kinvault::config;

BOOST_AUTO_TEST_SUITE(settings_sources)

BOOST_AUTO_TEST_CASE(defaults) {
    auto result = load_with({});
    BOOST_TEST(lines(result.problems) == "");
    auto const& s = result.values;
    BOOST_TEST(s.session_expiry_hours == 72u);
    BOOST_TEST(s.rate_limit_per_minute == 600u);
    BOOST_TEST(s.login_rate_limit_per_minute == 10u);
    BOOST_TEST(s.max_file_size == 26214400u);
    BOOST_TEST(s.max_body_size == 1048576u);
    BOOST_TEST(s.s3_part_size == 8u * 1024 * 1024);
    BOOST_TEST(s.upload_memory == 96u * 1024 * 1024);
    BOOST_TEST(s.s3_path_style);
    BOOST_TEST(s.smtp_use_tls);
    BOOST_TEST(s.smtp_port == 587);
    BOOST_TEST(s.pool_size == 8u);
    BOOST_TEST(s.processes == 1u);
    BOOST_TEST(s.worker_threads == 2u);
    BOOST_TEST(s.worker_queue == 64u);
    BOOST_TEST(s.max_connections == 10000u);
    BOOST_TEST(s.body_min_rate == 1024u);
    BOOST_TEST(s.head_timeout.count() == 10);
    BOOST_TEST(s.idle_timeout.count() == 60);
    BOOST_TEST(s.write_timeout.count() == 30);
    BOOST_TEST(s.shutdown_timeout.count() == 10);
    BOOST_TEST(s.statement_timeout.count() == 30);
    BOOST_TEST(s.acquire_timeout.count() == 5);
    BOOST_TEST(s.frontend_url == "http://localhost:3000");
    BOOST_TEST(s.cors_origins.size() == 1u);
    BOOST_TEST(s.cors_origins.at(0) == "http://localhost:3000");
    BOOST_TEST(s.listen.size() == 1u);
    BOOST_TEST(s.listen.at(0).text() == "127.0.0.1:8000");
    BOOST_TEST(s.trusted_proxies.empty());
    BOOST_TEST(s.blob_dir == "./var/blobs");
    BOOST_TEST(s.database_url.empty());
    BOOST_TEST(s.secret_key.empty());
    BOOST_TEST((s.blob_store == blob_store_kind::folder));
    BOOST_TEST((s.password_hash == password_hash_kind::argon2id));
    BOOST_TEST((s.log_level == log_level_kind::info));
    BOOST_TEST((s.log_format == log_format_kind::text));
}

BOOST_AUTO_TEST_CASE(flags_over_environment_over_file) {
    temporary_folder folder;
    auto file =
        folder.file("a.conf", "POOL_SIZE = 3\nprocesses=4\n--smtp-port=1\nsmtp-port = 25\n");
    auto result = load_with({"--config", file, "--pool-size", "5"},
                            {{"POOL_SIZE", "6"}, {"PROCESSES", "7"}, {"PATH", "/bin"}});
    BOOST_TEST(lines(result.problems) == file + " line 3: unknown setting \"--smtp-port\"\n");
    BOOST_TEST(result.values.pool_size == 5u);
    BOOST_TEST(result.values.processes == 7u);
    BOOST_TEST(result.values.smtp_port == 25);
    BOOST_TEST(result.sources["POOL_SIZE"] == "flag");
    BOOST_TEST(result.sources["PROCESSES"] == "environment");
    BOOST_TEST(result.sources["SMTP_PORT"] == file);
    BOOST_TEST(result.sources["SMTP_HOST"] == "default");
}

BOOST_AUTO_TEST_CASE(every_setting_comes_from_each_source) {
    temporary_folder folder;
    for (auto const& setting : declarations()) {
        if (setting.fallback.empty()) continue;
        std::string name(setting.name), value(setting.fallback);
        auto file = folder.file("one.conf", name + " = " + value + "\n");
        for (auto const& result : {load_with({"--" + flag_name(name) + "=" + value}),
                                   load_with({}, {{name, value}}), load_with({"--config", file})}) {
            BOOST_TEST(lines(result.problems) == "", name);
            BOOST_TEST(result.sources.at(name) != "default", name);
        }
    }
}

BOOST_AUTO_TEST_CASE(empty_values_are_not_set) {
    temporary_folder folder;
    auto file = folder.file("a.conf", "smtp_port =\npool_size = 9\n");
    auto result = load_with({"--config=" + file},
                            {{"SMTP_PORT", ""}, {"POOL_SIZE", " "}, {"SECRET_KEY_FILE", ""}});
    BOOST_TEST(lines(result.problems) == "");
    BOOST_TEST(result.values.smtp_port == 587);
    BOOST_TEST(result.values.pool_size == 9u);
}

BOOST_AUTO_TEST_CASE(the_form_of_the_file) {
    temporary_folder folder;
    auto file =
        folder.file("a.conf", "\xEF\xBB\xBF# a comment\r\n\r\n  Smtp_From =  a # b = c  \r\n"
                              "pool-size=2\r\nPOOL_SIZE=3\r\nnonsense hush-hush\r\n"
                              "poolsize = hush-hush\r\npassword_hash_file = x");
    auto result = load_with({"--config", file});
    BOOST_TEST(result.values.smtp_from == "a # b = c");
    BOOST_TEST(result.values.pool_size == 2u);
    BOOST_TEST(lines(result.problems) == file + " line 5: POOL_SIZE is given twice\n" + file +
                                             " line 6: is not of the form name = value\n" + file +
                                             " line 7: unknown setting \"poolsize\"\n" + file +
                                             " line 8: unknown setting \"password_hash_file\"\n");
    auto missing = load_with({"--config", "/nowhere/x.conf"});
    BOOST_TEST(lines(missing.problems) ==
               "--config: cannot read /nowhere/x.conf: No such file or directory\n");
    auto is_folder = load_with({"--config", "/tmp"});
    BOOST_TEST(lines(is_folder.problems) == "--config: cannot read /tmp: is a folder\n");
}

BOOST_AUTO_TEST_CASE(command_and_words) {
    std::vector<extra_option> const extra{{"json", false, "as JSON"}, {"from", true, "where"}};
    auto result = load_with(
        {"user", "--json", "reset-link", "--pool-size=2", "a@example.org", "--from", "s3"}, {},
        extra);
    BOOST_TEST(lines(result.problems) == "");
    BOOST_TEST(result.command == "user");
    BOOST_TEST((result.words == std::vector<std::string>{"reset-link", "a@example.org"}));
    BOOST_TEST(result.has("json"));
    BOOST_TEST(result.options["from"] == "s3");
    BOOST_TEST(!result.has("to"));
    BOOST_TEST(load_with({}).command == "");
    BOOST_TEST(load_with({"--help"}).help);
    BOOST_TEST(load_with({"-h"}).help);
    BOOST_TEST(load_with({"--version", "serve"}).version);
    BOOST_TEST(!load_with({"serve"}).help);
}

BOOST_AUTO_TEST_CASE(bad_command_lines) {
    BOOST_TEST(lines(load_with({"--frobnicate=hush", "--smtp-por", "1", "-x"}).problems) ==
               "unknown flag --frobnicate\nunknown flag --smtp-por\nunknown flag -x\n");
    BOOST_TEST(lines(load_with({"--json"}).problems) == "unknown flag --json\n");
    BOOST_TEST(lines(load_with({"--pool-size", "1", "--pool-size=2"}).problems) ==
               "--pool-size is given twice\n");
    auto missing = load_with({"--pool-size"}).problems;
    BOOST_REQUIRE(missing.size() == 1u);
    BOOST_TEST(missing[0].find("--pool-size") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(lists_may_be_given_as_several_flags) {
    auto result = load_with({"--listen", "127.0.0.1:1", "--listen=unix:/run/x.sock"});
    BOOST_TEST(lines(result.problems) == "");
    BOOST_REQUIRE(result.values.listen.size() == 2u);
    BOOST_TEST(result.values.listen[1].is_unix());
    BOOST_TEST(result.values.listen[1].path == "/run/x.sock");
}

BOOST_AUTO_TEST_CASE(all_problems_at_once) {
    temporary_folder folder;
    auto file = folder.file("a.conf", "what = 1\nlog_level = loud\n");
    auto result = load_with({"--config", file, "--pool-size", "x"}, {{"SMTP_PORT", "0"}});
    BOOST_TEST(lines(result.problems) ==
               file + " line 1: unknown setting \"what\"\n" +
                   "SMTP_PORT: \"0\" is not a whole number from 1 to 65535\n"
                   "POOL_SIZE: \"x\" is not a whole number from 1 to 1000\n"
                   "LOG_LEVEL: \"loud\" is not one of trace, debug, info, warn, error (in " +
                   file + ")\n");
}

BOOST_AUTO_TEST_CASE(the_store_follows_the_endpoint) {
    environment const with_s3{{"S3_ENDPOINT_URL", "http://localhost:9000/"}};
    BOOST_TEST((load_with({}, with_s3).values.blob_store == blob_store_kind::s3));
    BOOST_TEST(load_with({}, with_s3).values.s3_endpoint_url == "http://localhost:9000");
    auto folder = load_with({"--blob-store=folder"}, with_s3);
    BOOST_TEST((folder.values.blob_store == blob_store_kind::folder));
    BOOST_TEST(lines(load_with({"--upload-memory=16M"}, with_s3).problems) ==
               "UPLOAD_MEMORY: must be at least four times S3_PART_SIZE\n");
    BOOST_TEST(lines(load_with({"--max-file-size=1T"}, with_s3).problems) ==
               "S3_PART_SIZE: is too small for files of MAX_FILE_SIZE, an S3 upload has at most "
               "10000 parts\n");
}

BOOST_AUTO_TEST_CASE(the_environment_of_the_process) {
    setenv("KINVAULT_TEST_VARIABLE", "a=b", 1);
    BOOST_TEST(process_environment().at("KINVAULT_TEST_VARIABLE") == "a=b");
    unsetenv("KINVAULT_TEST_VARIABLE");
    BOOST_TEST(!process_environment().contains("KINVAULT_TEST_VARIABLE"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(settings_secrets)

namespace {
// Recognisable in any output.
std::string const hush = "hush-hush-9f8e7d6c5b4a39281706f5e4d3c2b1a0";
std::vector<std::string> const secrets{"DATABASE_URL", "SECRET_KEY", "S3_ACCESS_KEY",
                                       "S3_SECRET_KEY", "SMTP_PASSWORD"};
} // namespace

BOOST_AUTO_TEST_CASE(from_files) {
    temporary_folder folder;
    auto file = folder.file("key", hush + "\n");
    auto from_environment = load_with({}, {{"SECRET_KEY_FILE", file}});
    BOOST_TEST(lines(from_environment.problems) == "");
    BOOST_TEST(from_environment.values.secret_key == hush);
    auto config = folder.file("a.conf", "smtp-password-file = " + file + "\n");
    BOOST_TEST(load_with({"--config", config}).values.smtp_password == hush);
    BOOST_TEST(load_with({"--s3-secret-key-file", file}).values.s3_secret_key == hush);
    // One line feed at the end does not count, others and blanks do.
    BOOST_TEST(
        load_with({}, {{"S3_ACCESS_KEY_FILE", folder.file("b", " x \n\n")}}).values.s3_access_key ==
        " x \n");
    // A file of a higher layer wins over a value of a lower one.
    auto higher = load_with({"--secret-key-file", file}, {{"SECRET_KEY", "lower"}});
    BOOST_TEST(lines(higher.problems) == "");
    BOOST_TEST(higher.values.secret_key == hush);
}

BOOST_AUTO_TEST_CASE(unreadable_files) {
    temporary_folder folder;
    BOOST_TEST(lines(load_with({}, {{"SECRET_KEY_FILE", "/nowhere/key"}}).problems) ==
               "SECRET_KEY_FILE: cannot read the secret from /nowhere/key: No such file or "
               "directory\n");
    auto empty = folder.file("empty", "\n");
    BOOST_TEST(lines(load_with({}, {{"SMTP_PASSWORD_FILE", empty}}).problems) ==
               "SMTP_PASSWORD_FILE: cannot read the secret from " + empty + ": is empty\n");
    auto binary = folder.file("binary", std::string("a\0b", 3));
    BOOST_TEST(lines(load_with({}, {{"SECRET_KEY_FILE", binary}}).problems) ==
               "SECRET_KEY_FILE: cannot read the secret from " + binary + ": is not a text\n");
    BOOST_TEST(lines(load_with({}, {{"SECRET_KEY_FILE", "/tmp"}}).problems) ==
               "SECRET_KEY_FILE: cannot read the secret from /tmp: is a folder\n");
    auto both = load_with({}, {{"SECRET_KEY_FILE", empty}, {"SECRET_KEY", hush}});
    BOOST_TEST(lines(both.problems) ==
               "SECRET_KEY: SECRET_KEY_FILE is set as well; keep one of them\n");
}

BOOST_AUTO_TEST_CASE(never_shown) {
    temporary_folder folder;
    environment variables;
    for (auto const& name : secrets) variables[name] = hush;
    auto config = folder.file("a.conf", "secret_key " + hush + "\nsecret_key = " + hush +
                                            "\nsecret_key = " + hush + "\n");
    auto result = load_with(
        {"--config", config, "--secret-kye=" + hush, "--secret-key", hush, "--secret-key", hush},
        variables);
    auto shown =
        lines(result.problems) + describe_values(result) + lines(check_serve(result.values));
    BOOST_TEST(shown.find("hush") == std::string::npos, shown);
    BOOST_TEST(shown.find("DATABASE_URL: the given value is not a PostgreSQL URL") !=
               std::string::npos);
    // The other four are set, and say so.
    std::size_t masked = 0;
    for (std::size_t at = 0; (at = shown.find("(set)", at)) != std::string::npos; ++at) ++masked;
    BOOST_TEST(masked == 4u);
}

BOOST_AUTO_TEST_CASE(all_of_them_are_declared_secret) {
    for (auto const& setting : declarations()) {
        std::string name(setting.name);
        bool expected = std::find(secrets.begin(), secrets.end(), name) != secrets.end();
        BOOST_TEST(setting.secret == expected, name);
    }
}

BOOST_AUTO_TEST_CASE(what_stops_serve) {
    settings good;
    good.secret_key = "9f8e7d6c5b4a39281706f5e4d3c2b1a0";
    good.database_url = "postgresql://localhost/vault";
    BOOST_TEST(lines(check_serve(good)) == "");

    std::string const advice = "; make one with: openssl rand -hex 32\n";
    BOOST_TEST(lines(check_serve(settings())) ==
               "SECRET_KEY: is missing" + advice + "DATABASE_URL: is missing\n");
    auto with_key = [&](std::string const& key) {
        auto changed = good;
        changed.secret_key = key;
        return lines(check_serve(changed));
    };
    BOOST_TEST(with_key("9f8e7d6c5b4a39281706f5e4d3c2b1a") ==
               "SECRET_KEY: is shorter than 32 characters" + advice);
    BOOST_TEST(with_key(std::string(40, '0')) == "SECRET_KEY: is not random" + advice);
    for (std::string key :
         {"change-me-in-production", "CHANGE_ME_IN_PRODUCTION", "changeme", "secret",
          "your-secret-key-here", "change-me-in-productionchange-me-in-production",
          "change-me-in-production-000000000000000", "your-secret-key-here-change-in-production",
          "changemechangemechangemechangeme", "supersecretsupersecretsupersecret",
          "please-change-this-to-a-long-random-string-of-at-least-32-chars",
          "dev-secret-key-change-in-production-1234567890", "secret12345678901234567890123456"})
        BOOST_TEST(with_key(key) == "SECRET_KEY: is a well-known default" + advice, key);
    for (std::string key : {"Xk2secretP9vQz7LmN4rT8wY1aB5cD3eF6", // a word by chance
                            "correct horse battery staple and some more",
                            "1b0c7ad81f6e4ea7b6c3d2904fa85e6b1b0c7ad81f6e4ea7b6c3d2904fa85e6b"})
        BOOST_TEST(with_key(key) == "", key);
}

BOOST_AUTO_TEST_CASE(what_s3_needs) {
    settings s;
    s.secret_key = "9f8e7d6c5b4a39281706f5e4d3c2b1a0";
    s.database_url = "postgresql://localhost/vault";
    s.blob_store = blob_store_kind::s3;
    BOOST_TEST(lines(check_serve(s)) == "S3_ENDPOINT_URL: is missing, BLOB_STORE=s3 needs it\n"
                                        "S3_BUCKET: is missing, BLOB_STORE=s3 needs it\n");
    s.s3_endpoint_url = "http://localhost:9000";
    s.s3_bucket = "vault";
    BOOST_TEST(lines(check_serve(s)) == "");
    s.s3_access_key = "a";
    BOOST_TEST(lines(check_serve(s)) == "S3_SECRET_KEY: is missing, S3_ACCESS_KEY goes with it\n");
    s.s3_secret_key = "b";
    BOOST_TEST(lines(check_serve(s)) == "");
    s.s3_access_key.clear();
    BOOST_TEST(lines(check_serve(s)) == "S3_ACCESS_KEY: is missing, S3_SECRET_KEY goes with it\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(settings_described)

BOOST_AUTO_TEST_CASE(the_example_is_made_from_the_table) {
    std::ifstream stream(KINVAULT_SOURCE_DIR "/config/kinvault.conf.example");
    std::string text(std::istreambuf_iterator<char>(stream), {});
    BOOST_TEST((text == describe_example()), "write describe_example() into the file again");
    // With its settings commented in it is a file that loads.
    temporary_folder folder;
    std::string enabled;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (text[i] != '#' || (i > 0 && text[i - 1] != '\n') || text[i + 1] == ' ')
            enabled += text[i];
    auto result = load_with({"--config", folder.file("a.conf", enabled)});
    BOOST_TEST(lines(result.problems) == "");
    for (auto const& setting : declarations()) {
        auto line = "\n" + lower(setting.name) + " =";
        BOOST_TEST(enabled.find(line) != std::string::npos, setting.name);
    }
}

BOOST_AUTO_TEST_CASE(every_setting_is_in_every_description) {
    auto flags = describe_flags({{"dry-run", false, "change nothing"}});
    auto values = describe_values(load_with({}));
    auto markdown = describe_markdown();
    for (auto const& setting : declarations()) {
        std::string name(setting.name);
        BOOST_TEST(flags.find("--" + flag_name(name) + " ") != std::string::npos, name);
        BOOST_TEST(values.find("\n" + name + " ") != std::string::npos, name);
        BOOST_TEST(markdown.find("| `" + name + "`") != std::string::npos, name);
        if (!setting.secret) continue;
        BOOST_TEST(flags.find("--" + flag_name(name) + "-file ") != std::string::npos, name);
        BOOST_TEST(markdown.find("`" + name + "_FILE`") != std::string::npos, name);
    }
    BOOST_TEST(flags.find("--dry-run") != std::string::npos);
    BOOST_TEST(flags.find("--config") != std::string::npos);
    BOOST_TEST(values.find("SESSION_EXPIRY_HOURS          72") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_shown_can_be_read_again) {
    auto before =
        load_with({"--listen", "[::1]:80, unix:/a", "--cors-origins", R"(["https://a.example"])",
                   "--trusted-proxies", "10.0.0.0/8,unix", "--log-level", "warn", "--max-file-size",
                   "3G", "--smtp-use-tls", "no", "--head-timeout", "7"})
            .values;
    for (auto const& setting : declarations()) {
        auto shown = setting.show(before);
        if (shown.empty()) continue;
        settings after;
        BOOST_TEST(!setting.read(shown, after), setting.name);
        BOOST_TEST(setting.show(after) == shown, setting.name);
    }
}

BOOST_AUTO_TEST_SUITE_END()
