#include "storage/blob/s3/credentials.hpp"

#include "storage/blob/notifier.hpp"
#include "storage/blob/s3/uri.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <utility>

namespace kinvault::blob::s3 {

namespace {

using system_time = std::chrono::system_clock::time_point;
using namespace std::chrono_literals;

/// So long before their end keys are renewed, as AWS' own clients do.
constexpr auto early = 5min;
/// After a renewal that failed, while the old keys still hold.
constexpr auto next_try = 30s;
/// Metadata services are at most one hop away, or not there at all.
constexpr http_timeouts nearby{1'000ms, 2'000ms, 2'000ms};
constexpr std::size_t key_answer_limit = 64 << 10;

class fixed_credentials final : public credentials {
  public:
    explicit fixed_credentials(key_pair keys) : keys_(std::move(keys)) {}
    task<key_pair> get() override { co_return keys_; }
    bool expire(std::string const&) override { return false; }

  private:
    key_pair const keys_;
};

/// A service that hands out temporary keys.
class source {
  public:
    virtual ~source() = default;
    virtual task<lease_of_keys> fetch() = 0;
};

task<std::string> ask(std::string url, std::string method, pairs headers) {
    auto const to = parse_endpoint(url.substr(0, url.find('/', url.find("//") + 2)));
    auto const path = url.find('/', url.find("//") + 2);
    auto tls = to.tls ? make_tls_settings({}) : nullptr;
    auto connection = co_await http_connect(to.host, to.port, std::move(tls), nearby);
    http_request request{
        std::move(method), path == url.npos ? "/" : url.substr(path), std::move(headers), {}};
    request.headers.emplace_back("host", to.authority());
    auto const head = co_await connection->exchange(request);
    auto text = co_await read_rest(*connection, key_answer_limit);
    if (head.status != 200)
        throw no_credentials(to.text() + " answers with status " + std::to_string(head.status));
    co_return text;
}

class container_source final : public source {
  public:
    container_source(std::string url, std::string token, std::string token_file)
        : url_(std::move(url))
        , token_(std::move(token))
        , token_file_(std::move(token_file)) {}

    task<lease_of_keys> fetch() override {
        pairs headers;
        auto token = token_;
        // Kubernetes writes a new token into the file from time to time.
        if (!token_file_.empty()) std::getline(std::ifstream(token_file_), token);
        if (!token.empty()) headers.emplace_back("authorization", token);
        std::string url = url_, method = "GET";
        auto const text = co_await ask(std::move(url), std::move(method), std::move(headers));
        co_return read_lease(text);
    }

  private:
    std::string const url_, token_, token_file_;
};

class instance_source final : public source {
  public:
    explicit instance_source(std::string service) : service_(std::move(service)) {}

    task<lease_of_keys> fetch() override {
        std::string url = service_ + "/latest/api/token", method = "PUT";
        pairs headers = {{"x-aws-ec2-metadata-token-ttl-seconds", "300"}};
        auto token = co_await ask(std::move(url), std::move(method), std::move(headers));
        pairs const authorized = {{"x-aws-ec2-metadata-token", token}};

        std::string const roles = service_ + "/latest/meta-data/iam/security-credentials/";
        auto role = co_await ask(roles, "GET", authorized);
        role = role.substr(0, role.find_first_of("\r\n"));
        if (role.empty()) throw no_credentials("this instance has no role");
        url = roles + uri_encode(role);
        auto const text = co_await ask(std::move(url), "GET", authorized);
        co_return read_lease(text);
    }

  private:
    std::string const service_;
};

/// Fetches once for all who wait.
class renewed_credentials final : public credentials {
  public:
    explicit renewed_credentials(std::unique_ptr<source> from) : from_(std::move(from)) {}

    task<key_pair> get() override {
        while (must_fetch() && fetching_) {
            co_await fetched_.wait();
        }
        if (must_fetch()) {
            co_await fetch();
        }
        co_return lease_.keys;
    }

    bool expire(std::string const& access_key) override {
        // Others may have noticed before.
        if (access_key == lease_.keys.access_key) due_ = system_time::min();
        return true;
    }

  private:
    bool must_fetch() const { return std::chrono::system_clock::now() >= due_; }

    task<void> fetch() {
        fetching_ = true;
        std::string problem;
        try {
            lease_ = co_await from_->fetch();
            due_ = lease_.expires ? *lease_.expires - early : system_time::max();
        } catch (std::exception const& error) {
            problem = error.what();
        }
        fetching_ = false;
        fetched_.notify();
        if (problem.empty()) co_return;
        auto const now = std::chrono::system_clock::now();
        bool const still_good =
            due_ != system_time::min() && lease_.expires && *lease_.expires > now;
        if (!still_good)
            throw no_credentials(
                "no keys for S3: " + problem +
                "; set S3_ACCESS_KEY and S3_SECRET_KEY, or give this machine a role");
        spdlog::warn("the keys for S3 cannot be renewed yet: {}", problem);
        due_ = std::min(now + next_try, *lease_.expires);
    }

    std::unique_ptr<source> const from_;
    lease_of_keys lease_;
    system_time due_ = system_time::min(); ///< of the next fetch
    bool fetching_ = false;
    notifier fetched_;
};

/// Where a full URI may point to over plain HTTP: this machine and the addresses of ECS and EKS.
bool is_trusted_plain(endpoint const& to) noexcept {
    return to.host == "localhost" || to.host.starts_with("127.") || to.host == "::1" ||
           to.host == "169.254.170.2" || to.host == "169.254.170.23" || to.host == "fd00:ec2::23";
}

std::unique_ptr<source> container(environment const& variables) {
    auto url = variables("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    if (!url.empty()) {
        url.insert(0, "http://169.254.170.2");
    } else {
        url = variables("AWS_CONTAINER_CREDENTIALS_FULL_URI");
        if (url.empty()) return nullptr;
        auto const to = parse_endpoint(url.substr(0, url.find('?')));
        if (!to.tls && !is_trusted_plain(to))
            throw no_credentials("AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor local");
    }
    return std::make_unique<container_source>(std::move(url),
                                              variables("AWS_CONTAINER_AUTHORIZATION_TOKEN"),
                                              variables("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"));
}

system_time read_time(std::string const& text) {
    std::tm parts{};
    char const* const end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (!end) throw no_credentials("the keys have no valid time of expiration");
    return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

} // namespace

std::string process_environment(char const* name) {
    char const* const value = std::getenv(name);
    return value ? value : "";
}

std::unique_ptr<credentials> make_credentials(key_pair fixed, environment const& variables) {
    if (fixed.access_key.empty())
        fixed = {variables("AWS_ACCESS_KEY_ID"), variables("AWS_SECRET_ACCESS_KEY"),
                 variables("AWS_SESSION_TOKEN")};
    if (!fixed.access_key.empty()) return std::make_unique<fixed_credentials>(std::move(fixed));
    if (auto from = container(variables))
        return std::make_unique<renewed_credentials>(std::move(from));
    if (variables("AWS_EC2_METADATA_DISABLED") == "true")
        throw no_credentials("no keys for S3; set S3_ACCESS_KEY and S3_SECRET_KEY");
    auto service = variables("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    if (service.empty()) service = "http://169.254.169.254";
    while (service.ends_with('/')) service.pop_back();
    return std::make_unique<renewed_credentials>(
        std::make_unique<instance_source>(std::move(service)));
}

lease_of_keys read_lease(std::string_view json) {
    boost::system::error_code error;
    auto const document = boost::json::parse(json, error);
    auto const* const members = error ? nullptr : document.if_object();
    if (!members) throw no_credentials("the keys are not in JSON");
    auto const member = [&](char const* name) -> std::string {
        auto const* const value = members->if_contains(name);
        return value && value->is_string() ? std::string(value->get_string()) : std::string();
    };
    lease_of_keys lease{{member("AccessKeyId"), member("SecretAccessKey"), member("Token")}, {}};
    if (lease.keys.access_key.empty() || lease.keys.secret_key.empty())
        throw no_credentials("the answer has no keys (Code " + member("Code") + ")");
    if (auto const time = member("Expiration"); !time.empty()) lease.expires = read_time(time);
    return lease;
}

} // namespace kinvault::blob::s3
