#include "test/support/integration/s3.hpp"

#include "crypto/random.hpp"
#include "test/unit/storage/blob_support.hpp"

#include <boost/url/parse.hpp>

#include <cstdlib>
#include <iostream>

namespace kinvault::test {

namespace {

namespace s3 = blob::s3;

task<void> remove_all(s3::client& client) {
    std::string every_key;
    auto const uploads = co_await client.list_uploads(std::move(every_key));
    for (auto const& one : uploads) {
        co_await client.abort_upload(one.key, one.id);
    }
    for (;;) {
        auto const page = co_await client.list_objects("", "", 1000);
        if (page.objects.empty()) break;
        std::vector<std::string> keys;
        for (auto const& one : page.objects) keys.push_back(one.key);
        co_await client.delete_objects(std::move(keys));
    }
    co_await client.delete_bucket();
}

} // namespace

s3::options s3_options(char const* variable) {
    char const* const url = std::getenv(variable);
    if (!url) throw std::runtime_error(std::string(variable) + " is not set");
    auto const parts = boost::urls::parse_uri(url).value();
    s3::options settings;
    settings.endpoint_url =
        std::string(parts.scheme()) + "://" + std::string(parts.encoded_host_and_port());
    settings.keys = {parts.user(), parts.password(), {}};
    settings.bucket = "kinvault-" + crypto::random_uuid();
    settings.first_pause = std::chrono::milliseconds(1);
    return settings;
}

boost::test_tools::assertion_result has_s3(boost::unit_test::test_unit_id) {
    bool all = true;
    for (auto const* name : {"KINVAULT_TEST_S3", "KINVAULT_TEST_S3_TLS", "KINVAULT_TEST_S3_CA"})
        all = all && std::getenv(name);
    boost::test_tools::assertion_result result(all);
    if (!all) result.message() << "KINVAULT_TEST_S3… are not set; see test/support/s3/up";
    return result;
}

s3_bucket::s3_bucket(s3::options const& settings) : client_(settings) {
    auto body = [this]() -> task<> { co_await client_.create_bucket(); };
    blob::test::run(loop_, body);
}

s3_bucket::~s3_bucket() {
    auto body = [this]() -> task<> { co_await remove_all(client_); };
    try {
        blob::test::run(loop_, body);
    } catch (std::exception const& error) {
        std::cerr << "a test's bucket stays: " << error.what() << '\n';
    }
}

} // namespace kinvault::test
