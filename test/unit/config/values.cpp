#include "config/values.hpp"

#include "config/networks.hpp"
#include "support.hpp"

#include <boost/test/unit_test.hpp>

using namespace kinvault::config;

namespace {

/// The one problem of a setting with this value; empty when it is fine.
std::string problem(std::string const& name, std::string const& value) {
    return lines(load_with({}, {{name, value}}).problems);
}

std::string database_url(std::string const& value) {
    return load_with({}, {{"DATABASE_URL", value}}).values.database_url;
}

} // namespace

BOOST_AUTO_TEST_SUITE(settings_values)

BOOST_AUTO_TEST_CASE(bad_values_name_the_setting) {
    for (std::string value :
         {"abc", "0", "8761", "-1", "1.5", "72h", "+1", "0x10", "99999999999999999999999"})
        BOOST_TEST(problem("SESSION_EXPIRY_HOURS", value) ==
                   "SESSION_EXPIRY_HOURS: \"" + value +
                       "\" is not a whole number from 1 to 8760\n");
    BOOST_TEST(problem("SMTP_PORT", "65536") ==
               "SMTP_PORT: \"65536\" is not a whole number from 1 to 65535\n");
    BOOST_TEST(problem("SMTP_USE_TLS", "maybe") ==
               "SMTP_USE_TLS: \"maybe\" is not true or false\n");
    BOOST_TEST(problem("BLOB_STORE", "disk") == "BLOB_STORE: \"disk\" is not one of folder, s3\n");
    BOOST_TEST(problem("PASSWORD_HASH", "md5") ==
               "PASSWORD_HASH: \"md5\" is not one of argon2id, bcrypt\n");
    BOOST_TEST(problem("LOG_FORMAT", "xml") == "LOG_FORMAT: \"xml\" is not one of text, json\n");
    BOOST_TEST(problem("DATABASE_URL", "mysql://x") ==
               "DATABASE_URL: the given value is not a PostgreSQL URL "
               "(postgresql://user@host/name) or key=value pairs\n");
    // Values are made fit for one line.
    BOOST_TEST(problem("LOG_LEVEL", "a\nb\x1b[31m") ==
               "LOG_LEVEL: \"a?b?[31m\" is not one of trace, debug, info, warn, error\n");
    BOOST_TEST(problem("LOG_LEVEL", std::string(500, 'x')) ==
               "LOG_LEVEL: \"" + std::string(80, 'x') +
                   "...\" is not one of trace, debug, info, warn, error\n");
}

BOOST_AUTO_TEST_CASE(words_and_booleans_in_any_case) {
    BOOST_TEST(!load_with({}, {{"SMTP_USE_TLS", "False"}}).values.smtp_use_tls);
    BOOST_TEST(!load_with({}, {{"SMTP_USE_TLS", "0"}}).values.smtp_use_tls);
    BOOST_TEST(load_with({}, {{"SMTP_USE_TLS", "YES"}}).values.smtp_use_tls);
    BOOST_TEST((load_with({}, {{"LOG_LEVEL", "WARN"}}).values.log_level == log_level_kind::warn));
    BOOST_TEST((load_with({}, {{"PASSWORD_HASH", "bcrypt"}}).values.password_hash ==
                password_hash_kind::bcrypt));
}

BOOST_AUTO_TEST_CASE(sizes) {
    auto size = [](std::string const& value) {
        return load_with({}, {{"MAX_FILE_SIZE", value}}).values.max_file_size;
    };
    BOOST_TEST(size("1") == 1u);
    BOOST_TEST(size("100b") == 100u);
    BOOST_TEST(size("2K") == 2048u);
    BOOST_TEST(size("25MiB") == 26214400u);
    BOOST_TEST(size("3 mb") == 3145728u);
    BOOST_TEST(size("5G") == 5368709120u);
    BOOST_TEST(size("1t") == 1099511627776u);
    for (std::string value : {"0", "6T", "M", "1.5M", "1X", "1MM", "-1", "18014398509481985K",
                              "99999999999999999999", "1 0", "1Kibi"})
        BOOST_TEST(problem("MAX_FILE_SIZE", value) ==
                   "MAX_FILE_SIZE: \"" + value +
                       "\" is not a size from 1 to 5T (bytes, or with K, M, G, T)\n");
    BOOST_TEST(problem("S3_PART_SIZE", "4M") ==
               "S3_PART_SIZE: \"4M\" is not a size from 5M to 5G (bytes, or with K, M, G, T)\n");
    BOOST_TEST(size_text(26214400) == "25M");
    BOOST_TEST(size_text(1025) == "1025");
    BOOST_TEST(size_text(0) == "0");
}

BOOST_AUTO_TEST_CASE(origins) {
    auto origins = [](std::string const& value) {
        return origins_text(load_with({}, {{"CORS_ORIGINS", value}}).values.cors_origins);
    };
    BOOST_TEST(origins("[]") == "[]");
    BOOST_TEST(origins(R"(["HTTPS://Vault.Example.org:443", "http://[::1]:3000"])") ==
               R"(["https://vault.example.org", "http://[::1]:3000"])");
    BOOST_TEST(origins(R"(["http://a:80","http://a:443"])") == R"(["http://a", "http://a:443"])");
    for (std::string value : {"http://a", "{}", "[", "\"http://a\"", "['http://a']"})
        BOOST_TEST(problem("CORS_ORIGINS", value) ==
                   "CORS_ORIGINS: \"" + value +
                       "\" is not a JSON list of origins like [\"https://vault.example.org\"]\n");
    for (std::string value : {"*", "http://a/", "a.example", "http://", "http://a:x", "http://a:0",
                              "http://a:65536", "http://a b", "http://u@a", "://a", "null"})
        BOOST_TEST(problem("CORS_ORIGINS", "[\"http://fine\", \"" + value + "\"]") ==
                   "CORS_ORIGINS: \"" + value +
                       "\" is not an origin of the form scheme://host[:port]\n");
    BOOST_TEST(problem("CORS_ORIGINS", "[1]") ==
               "CORS_ORIGINS: \"1\" is not an origin of the form scheme://host[:port]\n");
}

BOOST_AUTO_TEST_CASE(urls) {
    auto url = [](std::string const& value) {
        return load_with({}, {{"FRONTEND_URL", value}}).values.frontend_url;
    };
    BOOST_TEST(url("https://Vault.example/") == "https://vault.example");
    BOOST_TEST(url("https://a:444/b/C//") == "https://a:444/b/C");
    for (std::string value : {"vault.example", "ftp://a", "http:///x", "http://a?b", "http://a/b#c",
                              "http://a/b c", "http:/a", "/a"})
        BOOST_TEST(problem("FRONTEND_URL", value) ==
                   "FRONTEND_URL: \"" + value +
                       "\" is not a URL of the form http(s)://host[:port][/path]\n");
}

BOOST_AUTO_TEST_CASE(addresses_to_listen_on) {
    auto listen = [](std::string const& value) {
        return load_with({}, {{"LISTEN", value}}).values.listen;
    };
    auto all = listen("0.0.0.0:80, [::1]:8000 unix:/run/kinvault.sock,localhost:0");
    BOOST_REQUIRE(all.size() == 4u);
    BOOST_TEST(all[0].host == "0.0.0.0");
    BOOST_TEST(all[0].port == 80);
    BOOST_TEST(all[1].host == "::1");
    BOOST_TEST(all[1].text() == "[::1]:8000");
    BOOST_TEST(all[2].is_unix());
    BOOST_TEST(all[2].text() == "unix:/run/kinvault.sock");
    BOOST_TEST(all[3].host == "localhost");
    BOOST_TEST(all[3].port == 0);
    for (std::string value :
         {"8000", "host", ":8000", "::1:8000", "[::1]", "[::1]8000", "a:65536", "a:", "a:1x",
          "unix:relative", "[x]:1", "[1.2.3.4]:1", "http://a:1", "[fd00::/8]:1"})
        BOOST_TEST(problem("LISTEN", value) ==
                   "LISTEN: \"" + value +
                       "\" is not an address of the form host:port, [v6]:port or unix:/path\n");
    BOOST_TEST(problem("LISTEN", "unix:/" + std::string(107, 'x')) != "");
}

BOOST_AUTO_TEST_CASE(database_urls) {
    BOOST_TEST(database_url("postgresql://u:p@h/d") == "postgresql://u:p@h/d");
    BOOST_TEST(database_url("postgres://u:p@h/d?a=b") == "postgresql://u:p@h/d?a=b");
    BOOST_TEST(database_url("postgresql+asyncpg://u:p%40@h:5432/d") ==
               "postgresql://u:p%40@h:5432/d");
    BOOST_TEST(database_url("postgresql+psycopg2://u@h/d?sslmode=require") ==
               "postgresql://u@h/d?sslmode=require");
    BOOST_TEST(database_url("postgresql+psycopg://u@h/d") == "postgresql://u@h/d");
    BOOST_TEST(
        database_url("postgresql+asyncpg://u@h/d?ssl=require&prepared_statement_cache_size=0") ==
        "postgresql://u@h/d?sslmode=require");
    BOOST_TEST(database_url("postgresql+asyncpg://u@h/d?prepared_statement_cache_size=0") ==
               "postgresql://u@h/d");
    BOOST_TEST(database_url("postgresql+asyncpg://u@h/d?ssl=true&application_name=x") ==
               "postgresql://u@h/d?sslmode=require&application_name=x");
    BOOST_TEST(database_url("host=/run/pg dbname=vault") == "host=/run/pg dbname=vault");
    for (std::string value : {"vault", "sqlite:///x.db", "mysql://h/d?x=1", "/run/pg",
                              "h:5432/d?a=b", "postgresql+pg8000://u@h/d"})
        BOOST_TEST(problem("DATABASE_URL", value) != "", value);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(trusted_networks)

BOOST_AUTO_TEST_CASE(containment) {
    auto set = load_with({}, {{"TRUSTED_PROXIES",
                               "10.0.0.0/8, 192.168.1.7 172.16.0.0/12,fd00::/8,2001:db8::1"}})
                   .values.trusted_proxies;
    for (std::string address : {"10.0.0.0", "10.255.255.255", "192.168.1.7", "172.31.0.1",
                                "fd12::1", "2001:db8::1", "::ffff:10.1.2.3", "::ffff:c0a8:107"})
        BOOST_TEST(set.contains(address), address);
    for (std::string address :
         {"11.0.0.0", "9.255.255.255", "192.168.1.8", "172.32.0.0", "172.15.255.255", "fe00::1",
          "2001:db8::2", "::ffff:11.0.0.0", "::10.0.0.1", "", "10.0.0.0/8", "unix", "10.0.0", "x",
          "[fd12::1]", "fd12::1%eth0"})
        BOOST_TEST(!set.contains(address), address);
    unsigned char const v4[] = {10, 1, 2, 3};
    unsigned char const mapped[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 2, 3};
    BOOST_TEST(set.contains(std::span<unsigned char const>(v4)));
    BOOST_TEST(set.contains(std::span<unsigned char const>(mapped)));
    BOOST_TEST(!set.contains(std::span<unsigned char const>(v4, 3)));
    BOOST_TEST(!set.contains_unix());
}

BOOST_AUTO_TEST_CASE(the_edges) {
    networks all_v4, all_v6, odd, mapped;
    BOOST_TEST((all_v4.add("0.0.0.0/0") && all_v6.add("::/0") && odd.add("192.168.5.77/22") &&
                mapped.add("::ffff:10.0.0.0/104")));
    BOOST_TEST(all_v4.contains("255.1.2.3"));
    BOOST_TEST(!all_v4.contains("::1"));
    BOOST_TEST(all_v6.contains("::1"));
    BOOST_TEST(!all_v6.contains("1.2.3.4"));
    BOOST_TEST(odd.text() == "192.168.4.0/22");
    BOOST_TEST(odd.contains("192.168.7.255"));
    BOOST_TEST(!odd.contains("192.168.8.0"));
    BOOST_TEST(mapped.text() == "10.0.0.0/8");
    BOOST_TEST(mapped.contains("10.9.9.9"));
    BOOST_TEST(networks().empty());
    BOOST_TEST(!networks().contains("127.0.0.1"));
    networks sockets;
    BOOST_TEST(sockets.add("unix"));
    BOOST_TEST(sockets.contains_unix());
    BOOST_TEST(!sockets.empty());
    BOOST_TEST(!sockets.contains("127.0.0.1"));
}

BOOST_AUTO_TEST_CASE(bad_networks) {
    for (std::string value : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8", "fd00::/129",
                              "proxy.example", "10.0.0.0/8x", "1.2.3.4:80", "/8", "0x0a000000"})
        BOOST_TEST(problem("TRUSTED_PROXIES", "127.0.0.1," + value) ==
                   "TRUSTED_PROXIES: \"" + value +
                       "\" is not an address, a network like 10.0.0.0/8 or fd00::/8, or unix\n");
}

BOOST_AUTO_TEST_SUITE_END()
