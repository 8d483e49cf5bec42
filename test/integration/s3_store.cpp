// The S3 store against a real server: what comes back, what stays behind, what is said when it
// cannot.
#include "test/support/integration/s3.hpp"
#include "test/unit/storage/blob_support.hpp"

#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"
#include "storage/blob/s3/store.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace kinvault;
using namespace kinvault::blob;
namespace utf = boost::unit_test;

namespace {

constexpr std::size_t part = 5 << 20; ///< the smallest that S3 takes

struct fixture {
    fixture() { settings.part_size = part; }

    std::string sha256(std::vector<std::uint8_t> const& data) const {
        crypto::sha256 hash;
        hash.update(data);
        return crypto::hex_encode(hash.finish());
    }
    std::vector<s3::unfinished_upload> unfinished() {
        s3::client client(settings);
        std::vector<s3::unfinished_upload> result;
        auto body = [&]() -> task<> { result = co_await client.list_uploads(""); };
        blob::test::run(loop, body);
        return result;
    }
    template <class Body>
    std::string problem_of(Body body) {
        try {
            blob::test::run(loop, body);
        } catch (store_error const& error) {
            return error.what();
        }
        return "none";
    }

    s3::options settings = kinvault::test::s3_options();
    kinvault::test::s3_bucket bucket{settings};
    asio::io_context loop;
    workers pool{2, 100};
    std::unique_ptr<store> place = make_s3_store(settings, pool);
};

bool contains(std::string const& text, std::string const& piece) {
    return text.find(piece) != text.npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(s3_store, fixture, *utf::precondition(kinvault::test::has_s3))

BOOST_AUTO_TEST_CASE(objects_come_back) {
    for (std::size_t size :
         {std::size_t(0), std::size_t(1), std::size_t(65'536), std::size_t(65'537), part - 1, part,
          part + 1, 2 * part, 4 * part + 12'345}) {
        auto const data = blob::test::bytes(size, 7);
        auto body = [&]() -> task<> {
            auto const done = co_await blob::test::put(*place, "org/item/a.enc", data, 1'000'000);
            BOOST_TEST(done.size == size);
            BOOST_TEST(done.sha256 == sha256(data));
            auto const back = co_await blob::test::get(*place, "org/item/a.enc");
            BOOST_TEST((back == data), size);
            auto const stored = co_await blob::test::size(*place, "org/item/a.enc");
            BOOST_TEST(stored.value() == size);
        };
        blob::test::run(loop, body);
    }
    BOOST_TEST(unfinished().empty());
}

BOOST_AUTO_TEST_CASE(ranges) {
    auto const data = blob::test::bytes(700'000);
    std::vector<std::uint8_t> const nothing;
    auto body = [&]() -> task<> {
        co_await blob::test::put(*place, "a", data);
        co_await blob::test::put(*place, "empty", nothing);
        std::vector<byte_range> const ranges = {
            {0, 1},       {0, 700'000},       {699'999, 1}, {262'143, 2},
            {1, 699'999}, {700'000, 1},       {800'000, 5}, {10, 0},
            {5, ~0ull},   {300'000, 300'000}, {~0ull, 1},
        };
        for (auto const& range : ranges) {
            auto const first = std::min<std::uint64_t>(range.first, data.size());
            auto const length = std::min<std::uint64_t>(range.length, data.size() - first);
            auto const from = data.begin() + static_cast<std::ptrdiff_t>(first);
            std::vector<std::uint8_t> const expected(from,
                                                     from + static_cast<std::ptrdiff_t>(length));
            auto const back = co_await blob::test::get(*place, "a", range);
            BOOST_TEST((back == expected), range.first << " " << range.length);
            auto const none = co_await blob::test::get(*place, "empty", range);
            BOOST_TEST(none.empty());
        }
        byte_range const one{5, 1};
        auto const in = co_await blob::test::open(*place, "a", one);
        BOOST_TEST(in->size() == data.size());
    };
    blob::test::run(loop, body);
}

BOOST_AUTO_TEST_CASE(an_object_shows_when_it_is_finished) {
    auto const first = blob::test::bytes(1000, 1), second = blob::test::bytes(2 * part, 2);
    auto body = [&]() -> task<> {
        auto out = co_await blob::test::create(*place, "a/b");
        co_await out->write(first);
        auto const before = co_await blob::test::size(*place, "a/b");
        BOOST_TEST(!before.has_value());
        co_await out->finish();
        auto again = co_await blob::test::create(*place, "a/b");
        co_await again->write(second);
        auto const meanwhile = co_await blob::test::get(*place, "a/b");
        BOOST_TEST((meanwhile == first));
        co_await again->finish();
        auto const after = co_await blob::test::get(*place, "a/b");
        BOOST_TEST((after == second));
    };
    blob::test::run(loop, body);
}

BOOST_AUTO_TEST_CASE(what_is_not_finished_leaves_nothing) {
    auto const data = blob::test::bytes(3 * part);
    auto dropped = [&]() -> task<> {
        auto out = co_await blob::test::create(*place, "a/b");
        co_await out->write(data);
    };
    blob::test::run(loop, dropped);
    BOOST_TEST(unfinished().empty());
    auto aborted = [&]() -> task<> {
        auto out = co_await blob::test::create(*place, "a/b");
        co_await out->write(data);
        co_await out->abort();
        auto const size = co_await blob::test::size(*place, "a/b");
        BOOST_TEST(!size.has_value());
    };
    blob::test::run(loop, aborted);
    BOOST_TEST(unfinished().empty());
}

BOOST_AUTO_TEST_CASE(many_uploads_share_little_memory) {
    auto narrow = settings;
    narrow.upload_memory = 3 * part;
    auto const shared = make_s3_store(narrow, pool);
    auto const data = blob::test::bytes(3 * part + 5);
    std::size_t done = 0;
    auto one = [&](int number) -> task<> {
        auto const key = "many/" + std::to_string(number);
        auto const result = co_await blob::test::put(*shared, key, data);
        if (result.size == data.size()) ++done;
    };
    auto all = [&]() -> task<> {
        for (int i = 0; i < 8; ++i)
            asio::co_spawn(loop, one(i), [](std::exception_ptr error) { BOOST_TEST(!error); });
        co_return;
    };
    blob::test::run(loop, all);
    BOOST_TEST(done == 8u);
    auto check = [&]() -> task<> {
        for (int i = 0; i < 8; ++i) {
            auto const key = "many/" + std::to_string(i);
            auto const back = co_await blob::test::get(*place, key);
            BOOST_TEST((back == data));
        }
    };
    blob::test::run(loop, check);
}

BOOST_AUTO_TEST_CASE(missing_objects) {
    auto body = [&]() -> task<> {
        auto const size = co_await blob::test::size(*place, "a");
        BOOST_TEST(!size.has_value());
        co_await blob::test::remove(*place, "a");
        co_await blob::test::open(*place, "a");
    };
    BOOST_CHECK_THROW(blob::test::run(loop, body), blob_missing);
    auto ranged = [&]() -> task<> {
        byte_range const none{5, 0};
        co_await blob::test::open(*place, "a", none);
    };
    BOOST_CHECK_THROW(blob::test::run(loop, ranged), blob_missing);
    auto bad = [&]() -> task<> { co_await blob::test::open(*place, "../a"); };
    BOOST_CHECK_THROW(blob::test::run(loop, bad), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(removing) {
    auto const data = blob::test::bytes(10);
    auto body = [&]() -> task<> {
        co_await blob::test::put(*place, "a", data);
        co_await blob::test::remove(*place, "a");
        auto const size = co_await blob::test::size(*place, "a");
        BOOST_TEST(!size.has_value());
    };
    blob::test::run(loop, body);
}

BOOST_AUTO_TEST_CASE(listing_goes_through_all_keys_in_order) {
    std::set<std::string> const keys = {"a",   "a-b",   "a.b/c", "b/a", "b/a-",  "b-/x",
                                        "b.c", "b/b/c", "b/b0",  "c0",  "c/d/e", "Z"};
    s3::client client(settings);
    auto body = [&]() -> task<> {
        for (auto const& key : keys) {
            auto const data = blob::test::bytes(key.size());
            co_await blob::test::put(*place, key, data);
        }
        // What the vault would never have written is passed over.
        std::string odd = "b/ä &<x>+%", hash = s3::empty_payload_hash;
        std::span<std::uint8_t const> const nothing;
        co_await client.put_object(odd, nothing, hash);
        for (std::size_t most = 1; most <= keys.size() + 2; ++most) {
            std::vector<std::string> seen;
            std::string after;
            for (std::size_t count = most; count == most;) {
                auto const page = co_await blob::test::list(*place, after, most);
                count = page.size();
                for (auto const& one : page) {
                    BOOST_TEST(one.size == one.key.size());
                    BOOST_TEST(
                        (std::chrono::system_clock::now() - one.modified < std::chrono::hours(1)));
                    seen.push_back(one.key);
                }
                if (count > 0) after = seen.back();
            }
            BOOST_TEST(seen == std::vector<std::string>(keys.begin(), keys.end()),
                       boost::test_tools::per_element());
        }
    };
    blob::test::run(loop, body);
}

BOOST_AUTO_TEST_CASE(odd_keys_are_addressed_right) {
    s3::client client(settings);
    auto body = [&]() -> task<> {
        for (std::string const key :
             {"a b", "ä/ü", "a+b", "a%20b", "a&b=c?d#e", "~!$'()*,;:@", "//x"}) {
            auto const data = blob::test::bytes(key.size());
            auto const hash = sha256(data);
            co_await client.put_object(key, data, hash);
            auto const size = co_await client.head_object(key);
            BOOST_TEST(size.value_or(0) == key.size(), key);
        }
        auto const page = co_await client.list_objects("", "", 100);
        BOOST_TEST(page.objects.size() == 7u);
        for (auto const& one : page.objects) {
            auto const size = co_await client.head_object(one.key);
            BOOST_TEST(size.value_or(0) == one.size, one.key);
        }
    };
    blob::test::run(loop, body);
}

BOOST_AUTO_TEST_CASE(parts_and_uploads_can_be_listed) {
    s3::client client(settings);
    auto const data = blob::test::bytes(part);
    auto body = [&]() -> task<> {
        auto const id = co_await client.create_upload("a");
        auto const hash = sha256(data);
        for (int number = 1; number <= 2; ++number) {
            co_await client.upload_part("a", id, number, data, hash);
        }
        auto const parts = co_await client.list_parts("a", id);
        BOOST_REQUIRE_EQUAL(parts.size(), 2u);
        BOOST_TEST(parts[1].number == 2);
        BOOST_TEST(parts[1].size == part);
        auto const uploads = co_await client.list_uploads("");
        BOOST_REQUIRE_EQUAL(uploads.size(), 1u);
        BOOST_TEST(uploads[0].key == "a");
        BOOST_TEST(uploads[0].id == id);
        BOOST_TEST((std::chrono::system_clock::now() - uploads[0].begun < std::chrono::hours(1)));
        co_await client.abort_upload("a", id);
        co_await client.abort_upload("a", id);
    };
    blob::test::run(loop, body);
}

BOOST_AUTO_TEST_CASE(clearing_a_key_ends_its_uploads_and_no_others) {
    s3::client client(settings);
    auto const data = blob::test::bytes(10);
    auto body = [&]() -> task<> {
        auto const hash = sha256(data);
        co_await client.put_object("a", data, hash);
        co_await client.create_upload("a");
        co_await client.create_upload("a");
        co_await client.create_upload("ab");
        co_await place->clear("a");
        auto const size = co_await client.head_object("a");
        BOOST_TEST(!size.has_value());
        co_await place->clear("a");
    };
    blob::test::run(loop, body);
    auto const left = unfinished();
    BOOST_REQUIRE_EQUAL(left.size(), 1u);
    BOOST_TEST(left[0].key == "ab");
}

BOOST_AUTO_TEST_CASE(the_server_checks_what_arrives) {
    s3::client client(settings);
    auto const data = blob::test::bytes(100), other = blob::test::bytes(100, 2);
    auto const hash = sha256(other);
    auto body = [&]() -> task<> { co_await client.put_object("a", data, hash); };
    auto const text = problem_of(body);
    BOOST_TEST(contains(text, "XAmzContentSHA256Mismatch"), text);
}

BOOST_AUTO_TEST_CASE(connections_are_used_again) {
    s3::client client(settings);
    auto body = [&]() -> task<> {
        for (int i = 0; i < 5; ++i) {
            co_await client.head_object("a");
            co_await client.list_objects("", "", 10);
        }
        BOOST_TEST(client.idle().size() == 1u);
    };
    blob::test::run(loop, body);
}

BOOST_AUTO_TEST_CASE(the_check_finds_what_is_wrong) {
    auto good = [&]() -> task<> { co_await place->check(); };
    BOOST_CHECK_NO_THROW(blob::test::run(loop, good));
    auto const text_with = [&](auto change) {
        auto changed = settings;
        change(changed);
        auto const broken = make_s3_store(changed, pool);
        auto body = [&]() -> task<> { co_await broken->check(); };
        return problem_of(body);
    };
    auto const no_bucket = text_with([](s3::options& o) { o.bucket += "x"; });
    BOOST_TEST(contains(no_bucket, "NoSuchBucket; make bucket kinvault-"), no_bucket);
    auto const no_key = text_with([](s3::options& o) { o.keys.access_key += "x"; });
    BOOST_TEST(contains(no_key, "InvalidAccessKeyId; check S3_ACCESS_KEY and S3_SECRET_KEY"),
               no_key);
    auto const bad_key = text_with([](s3::options& o) { o.keys.secret_key += "x"; });
    BOOST_TEST(contains(bad_key, "SignatureDoesNotMatch; check S3_ACCESS_KEY and S3_SECRET_KEY"),
               bad_key);
    BOOST_TEST(!contains(bad_key, settings.keys.secret_key));
    auto const nobody = text_with([](s3::options& o) { o.endpoint_url = "http://127.0.0.1:1"; });
    BOOST_TEST(contains(nobody, "cannot be reached: Connection refused; is it running"), nobody);
    auto const no_name =
        text_with([](s3::options& o) { o.endpoint_url = "http://nowhere.invalid"; });
    BOOST_TEST(contains(no_name, "the name nowhere.invalid is not found"), no_name);
}

BOOST_AUTO_TEST_CASE(a_refused_part_is_told_and_leaves_nothing) {
    auto changed = settings;
    changed.keys.secret_key += "x";
    auto const broken = make_s3_store(changed, pool);
    auto const data = blob::test::bytes(2 * part);
    auto body = [&]() -> task<> { co_await blob::test::put(*broken, "a", data); };
    auto const text = problem_of(body);
    BOOST_TEST(contains(text, "SignatureDoesNotMatch"), text);
    // One part is one request, which the server refuses while it is being sent.
    auto const whole = blob::test::bytes(part);
    auto put = [&]() -> task<> { co_await blob::test::put(*broken, "a", whole); };
    auto const said = problem_of(put);
    BOOST_TEST(contains(said, "SignatureDoesNotMatch"), said);
}

BOOST_AUTO_TEST_CASE(virtual_hosted_style) {
    auto changed = settings;
    changed.path_style = false;
    changed.endpoint_url.replace(changed.endpoint_url.find("127.0.0.1"), 9, "localhost");
    auto const other = make_s3_store(changed, pool);
    auto const data = blob::test::bytes(2 * part + 1);
    auto body = [&]() -> task<> {
        co_await other->check();
        co_await blob::test::put(*other, "a/b", data);
        auto const back = co_await blob::test::get(*place, "a/b");
        BOOST_TEST((back == data));
        auto const listed = co_await blob::test::list(*other, "", 10);
        BOOST_TEST(listed.size() == 1u);
    };
    blob::test::run(loop, body);
}

BOOST_AUTO_TEST_CASE(over_tls) {
    auto secure = kinvault::test::s3_options("KINVAULT_TEST_S3_TLS");
    secure.bucket = settings.bucket;
    secure.part_size = part;
    secure.ca_file = std::getenv("KINVAULT_TEST_S3_CA");
    auto const other = make_s3_store(secure, pool);
    auto const data = blob::test::bytes(3 * part + 1);
    auto body = [&]() -> task<> {
        co_await blob::test::put(*other, "a/b", data);
        auto const back = co_await blob::test::get(*other, "a/b");
        BOOST_TEST((back == data));
    };
    blob::test::run(loop, body);

    secure.ca_file.clear();
    auto const strict = make_s3_store(secure, pool);
    auto check = [&]() -> task<> { co_await strict->check(); };
    auto const text = problem_of(check);
    BOOST_TEST(contains(text, "has a certificate that is not trusted"), text);
    BOOST_TEST(contains(text, "set S3_CA_FILE"), text);

    // A good certificate, but of another name.
    secure.ca_file = std::getenv("KINVAULT_TEST_S3_CA");
    secure.endpoint_url.replace(secure.endpoint_url.find("localhost"), 9, "[::ffff:127.0.0.1]");
    auto const misnamed = make_s3_store(secure, pool);
    auto other_check = [&]() -> task<> { co_await misnamed->check(); };
    auto const said = problem_of(other_check);
    BOOST_TEST(contains(said, "has a certificate that is not trusted: IP address mismatch"), said);
}

BOOST_AUTO_TEST_SUITE_END()
