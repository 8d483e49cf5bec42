// Where the keys for S3 come from, and how temporary ones are renewed.
#include "blob_standin.hpp"
#include "blob_support.hpp"

#include "storage/blob/s3/client.hpp"
#include "storage/blob/s3/credentials.hpp"

#include <boost/asio/detached.hpp>
#include <boost/test/unit_test.hpp>
#include <spdlog/spdlog.h>

#include <fstream>
#include <map>

using namespace kinvault;
using namespace kinvault::blob;
using namespace kinvault::blob::s3;
using namespace std::chrono_literals;
using test::answer;
using test::heard;
using test::plan;

namespace {

struct fixture {
    environment variables = [this](char const* name) { return values[name]; };
    std::map<std::string, std::string> values;
    asio::io_context loop;

    key_pair keys_of(credentials& from) {
        key_pair result;
        auto body = [&]() -> task<> { result = co_await from.get(); };
        test::run(loop, body);
        return result;
    }
};

std::string lease(std::string const& access_key, std::chrono::seconds left) {
    auto const then = std::chrono::system_clock::now() + left;
    auto text = amz_time(then); // "20130524T000000Z"
    for (std::size_t const dash : {4, 7}) text.insert(dash, "-");
    for (std::size_t const colon : {13, 16}) text.insert(colon, ":");
    return R"({"Code":"Success","AccessKeyId":")" + access_key +
           R"(","SecretAccessKey":"secret","Token":"token","Expiration":")" + text + "\"}";
}

bool contains(std::string const& text, std::string const& piece) {
    return text.find(piece) != text.npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(blob_s3_credentials, fixture)

BOOST_AUTO_TEST_CASE(the_settings_come_first) {
    values = {{"AWS_ACCESS_KEY_ID", "other"}, {"AWS_SECRET_ACCESS_KEY", "x"}};
    auto const from = make_credentials({"access", "secret", ""}, variables);
    BOOST_TEST(keys_of(*from).access_key == "access");
    BOOST_TEST(!from->expire("access"));
}

BOOST_AUTO_TEST_CASE(then_the_environment) {
    values = {{"AWS_ACCESS_KEY_ID", "access"},
              {"AWS_SECRET_ACCESS_KEY", "secret"},
              {"AWS_SESSION_TOKEN", "token"},
              {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/x"}};
    auto const keys = keys_of(*make_credentials({}, variables));
    BOOST_TEST(keys.secret_key == "secret");
    BOOST_TEST(keys.session_token == "token");
}

BOOST_AUTO_TEST_CASE(then_the_container) {
    test::temporary_folder folder;
    std::ofstream(folder.path() / "token") << "from-file\n";
    test::standin server([](heard const&) { return plan{~0ul, answer(200, lease("c", 1h))}; });
    values = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", server.url() + "/get?role=a"},
              {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "from-variable"},
              {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", (folder.path() / "token").string()}};
    auto const from = make_credentials({}, variables);
    auto const keys = keys_of(*from);
    BOOST_TEST(keys.access_key == "c");
    BOOST_TEST(keys.session_token == "token");
    keys_of(*from); // they still hold
    auto const requests = server.stop();
    BOOST_REQUIRE_EQUAL(requests.size(), 1u);
    BOOST_TEST(requests[0].line == "GET /get?role=a HTTP/1.1");
    BOOST_TEST(requests[0].field("authorization") == "from-file");
}

BOOST_AUTO_TEST_CASE(a_container_is_near_or_speaks_tls) {
    values = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.com/x"}};
    BOOST_CHECK_THROW(make_credentials({}, variables), no_credentials);
    values = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "https://example.com/x"}};
    BOOST_CHECK_NO_THROW(make_credentials({}, variables));
}

BOOST_AUTO_TEST_CASE(then_the_instance) {
    test::standin server([](heard const& request) {
        if (request.is("PUT /latest/api/token ")) return plan{~0ul, answer(200, "session")};
        if (request.field("x-aws-ec2-metadata-token") != "session") return plan{~0ul, answer(401)};
        if (request.is("GET /latest/meta-data/iam/security-credentials/ "))
            return plan{~0ul, answer(200, "the role\n")};
        if (request.is("GET /latest/meta-data/iam/security-credentials/the%20role "))
            return plan{~0ul, answer(200, lease("i", 1h))};
        return plan{~0ul, answer(404)};
    });
    values = {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", server.url() + "/"}};
    BOOST_TEST(keys_of(*make_credentials({}, variables)).access_key == "i");
}

BOOST_AUTO_TEST_CASE(and_then_it_says_what_to_do) {
    values = {{"AWS_EC2_METADATA_DISABLED", "true"}};
    BOOST_CHECK_THROW(make_credentials({}, variables), no_credentials);
    values = {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1"}};
    auto const from = make_credentials({}, variables);
    std::string said;
    try {
        keys_of(*from);
    } catch (no_credentials const& error) {
        said = error.what();
    }
    BOOST_TEST(contains(said, "Connection refused"), said);
    BOOST_TEST(contains(said, "set S3_ACCESS_KEY and S3_SECRET_KEY"), said);
}

BOOST_AUTO_TEST_CASE(keys_are_renewed_before_they_end_and_once_for_all) {
    test::standin server([](heard const& request) {
        auto const left = request.number == 1 ? 4min : 60min;
        return plan{~0ul, answer(200, lease("c" + std::to_string(request.number), left))};
    });
    values = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", server.url()}};
    auto const from = make_credentials({}, variables);
    std::string seen;
    auto one = [&]() -> task<> {
        auto const keys = co_await from->get();
        seen += keys.access_key + " ";
    };
    auto two = [&]() -> task<> {
        asio::co_spawn(loop, one(), asio::detached);
        co_await one();
    };
    // Both wait for the first keys, which end too soon to be used for long: the one who waited
    // fetches the next ones.
    test::run(loop, two);
    test::run(loop, two);
    BOOST_TEST(seen == "c1 c2 c2 c2 ");
    BOOST_TEST(from->expire("c2"));
    from->expire("c1"); // somebody who is late with the news
    test::run(loop, two);
    BOOST_TEST(seen == "c1 c2 c2 c2 c3 c3 ");
    BOOST_TEST(server.stop().size() == 3u);
}

BOOST_AUTO_TEST_CASE(keys_that_hold_are_used_while_there_are_no_new_ones) {
    spdlog::set_level(spdlog::level::err);
    test::standin server([](heard const& request) {
        return plan{~0ul, request.number == 1 ? answer(200, lease("c", 4min)) : answer(500)};
    });
    values = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", server.url()}};
    auto const from = make_credentials({}, variables);
    for (int i = 0; i < 5; ++i) BOOST_TEST(keys_of(*from).access_key == "c");
    BOOST_TEST(server.stop().size() == 2u); // not asked again at once
    spdlog::set_level(spdlog::level::info);
}

BOOST_AUTO_TEST_CASE(a_server_that_calls_them_expired_gets_new_ones) {
    test::standin metadata([](heard const& request) {
        return plan{~0ul, answer(200, lease("c" + std::to_string(request.number), 1h))};
    });
    test::standin server([](heard const& request) {
        bool const old = contains(request.field("authorization"), "credential=c1/");
        auto const error = "<Error><Code>ExpiredToken</Code></Error>";
        return plan{~0ul, old ? answer(400, error) : answer(200)};
    });
    values = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", metadata.url()}};
    options settings;
    settings.endpoint_url = server.url();
    settings.bucket = "bucket";
    settings.attempts = 1;
    client asking(settings, variables);
    auto body = [&]() -> task<> { co_await asking.delete_bucket(); };
    BOOST_CHECK_NO_THROW(test::run(loop, body));
    auto const requests = server.stop();
    BOOST_TEST(requests.size() == 2u);
    BOOST_TEST(requests.back().field("x-amz-security-token") == "token");
    BOOST_TEST(metadata.stop().size() == 2u);
}

BOOST_AUTO_TEST_CASE(answers_without_keys) {
    for (auto const* text :
         {"", "[]", "{}", "{\"AccessKeyId\":\"a\"}", "{\"Code\":\"Failed\"}",
          "{\"AccessKeyId\":1,\"SecretAccessKey\":\"b\"}",
          "{\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"b\",\"Expiration\":\"soon\"}"})
        BOOST_CHECK_THROW(read_lease(text), no_credentials);
    auto const forever = read_lease("{\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"b\"}");
    BOOST_TEST(!forever.expires.has_value());
    auto const dated = read_lease("{\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"b\","
                                  "\"Expiration\":\"2013-05-24T00:00:00Z\"}");
    BOOST_TEST((dated.expires == std::chrono::system_clock::from_time_t(1369353600)));
}

BOOST_AUTO_TEST_SUITE_END()
