// The S3 store with a server that misbehaves: what is tried again, what is given up, what is said.
// Real servers are met in test/integration/s3_store.cpp.
#include "blob_standin.hpp"
#include "blob_support.hpp"

#include "storage/blob/s3/client.hpp"
#include "storage/blob/s3/store.hpp"

#include <boost/test/unit_test.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <functional>

using namespace kinvault;
using namespace kinvault::blob;
using namespace std::chrono_literals;
using test::answer;
using test::heard;
using test::plan;

namespace {

constexpr std::size_t part = 100'000;

std::string s3_error(std::string const& code, std::string const& more = {}) {
    return "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code>" + more + "</Error>";
}

struct fixture {
    fixture() { spdlog::set_level(spdlog::level::err); } // it warns of what is done to it here
    ~fixture() { spdlog::set_level(spdlog::level::info); }

    /// Runs `body` with a store whose server follows `script`; gives what it threw, or "none".
    template <class Body>
    std::string with(test::standin::script script, Body body) {
        test::standin server(std::move(script));
        s3::options settings;
        settings.endpoint_url = server.url();
        settings.bucket = "bucket";
        settings.keys = {"access", "secret", {}};
        settings.part_size = part;
        settings.upload_memory = 4 * part;
        settings.first_pause = 1ms;
        settings.longest_pause = 2ms;
        settings.timeouts = {1'000ms, 300ms, 300ms};
        change(settings);
        auto const place = make_s3_store(settings, pool);
        auto all = [&]() -> task<> { co_await body(*place); };
        std::string thrown = "none";
        try {
            test::run(loop, all); // with all that is left in the background
        } catch (std::exception const& error) {
            thrown = error.what();
        }
        requests = server.stop();
        return thrown;
    }
    std::size_t count(std::string_view start) const {
        return static_cast<std::size_t>(std::count_if(
            requests.begin(), requests.end(), [&](auto const& one) { return one.is(start); }));
    }

    asio::io_context loop;
    workers pool{1, 100};
    std::function<void(s3::options&)> change = [](s3::options&) {};
    std::vector<heard> requests;
    std::vector<std::uint8_t> const small = test::bytes(1000), large = test::bytes(2 * part + 10);
};

bool contains(std::string const& text, std::string const& piece) {
    return text.find(piece) != text.npos;
}

/// A server that takes everything.
plan healthy(heard const& request) {
    if (request.is("POST") && contains(request.line, "?uploads="))
        return {~0ul, answer(200, "<InitiateMultipartUploadResult><UploadId>the-id</UploadId>"
                                  "</InitiateMultipartUploadResult>")};
    if (request.is("POST")) return {~0ul, answer(200, "<CompleteMultipartUploadResult/>")};
    if (request.is("PUT")) return {~0ul, answer(200, "", "ETag: \"x\"\r\n")};
    if (request.is("DELETE")) return {~0ul, answer(204)};
    return {~0ul, answer(404, s3_error("NoSuchKey"))};
}

std::string text_of(std::vector<std::uint8_t> const& data) {
    return {data.begin(), data.end()};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(blob_s3_faults, fixture)

BOOST_AUTO_TEST_CASE(a_healthy_server_gets_each_part_once) {
    auto body = [&](store& place) -> task<> {
        auto const done = co_await test::put(place, "a/b", large);
        BOOST_TEST(done.size == large.size());
    };
    BOOST_TEST(with(healthy, body) == "none");
    BOOST_TEST(requests.size() == 5u);
    BOOST_TEST(count("PUT /bucket/a/b?partNumber=1&uploadId=the-id ") == 1u);
    BOOST_TEST(count("PUT /bucket/a/b?partNumber=3&uploadId=the-id ") == 1u);
    for (auto const& one : requests) {
        if (one.is("PUT /bucket/a/b?partNumber=3")) BOOST_TEST(one.body.size() == 10u);
        if (one.is("PUT /bucket/a/b?partNumber=2"))
            BOOST_TEST(one.body == text_of(large).substr(part, part));
    }
    BOOST_TEST(contains(requests.back().body, "<PartNumber>3</PartNumber><ETag>\"x\"</ETag>"));
}

BOOST_AUTO_TEST_CASE(what_is_announced_as_small_takes_as_little_memory) {
    change = [](s3::options& settings) {
        settings.part_size = 1'000'000;
        settings.upload_memory = 300'000;
    };
    auto const data = test::bytes(100'000);
    auto const size = data.size();
    auto body = [&](store& place) -> task<> {
        std::vector<std::unique_ptr<writer>> at_once;
        for (std::string const key : {"a", "b", "c"}) {
            auto next = co_await place.create(key, size);
            co_await next->write(data);
            at_once.push_back(std::move(next));
        }
        for (auto const& one : at_once) {
            auto const done = co_await one->finish();
            BOOST_TEST(done.size == size);
        }
    };
    BOOST_TEST(with(healthy, body) == "none");
    BOOST_TEST(requests.size() == 3u);
    for (auto const& one : requests) BOOST_TEST(one.body == text_of(data));
}

BOOST_AUTO_TEST_CASE(what_is_more_than_announced_is_refused) {
    auto body = [&](store& place) -> task<> {
        std::string const key("a");
        auto const too_few = small.size() - 1;
        auto const out = co_await place.create(key, too_few);
        co_await out->write(small);
    };
    BOOST_TEST(with(healthy, body) == "more was written than was announced");
    BOOST_TEST(requests.empty());
}

BOOST_AUTO_TEST_CASE(slow_down_is_tried_again) {
    auto script = [](heard const& request) {
        if (request.number < 4) return plan{~0ul, answer(503, s3_error("SlowDown"))};
        return healthy(request);
    };
    auto body = [&](store& place) -> task<> { co_await test::put(place, "a", small); };
    BOOST_TEST(with(script, body) == "none");
    BOOST_TEST(requests.size() == 4u);
    BOOST_TEST(requests.back().body == text_of(small));
}

BOOST_AUTO_TEST_CASE(and_given_up_in_the_end) {
    auto script = [](heard const&) { return plan{~0ul, answer(503, s3_error("SlowDown"))}; };
    auto body = [&](store& place) -> task<> { co_await test::put(place, "a", small); };
    auto const said = with(script, body);
    BOOST_TEST(contains(said, "refuses PUT a: SlowDown"), said);
    BOOST_TEST(requests.size() == 4u);
}

BOOST_AUTO_TEST_CASE(what_cannot_get_better_is_not_tried_again) {
    for (auto const& [status, code] : std::vector<std::pair<int, std::string>>{
             {403, "AccessDenied"}, {400, "InvalidRequest"}, {411, ""}, {501, "NotImplemented"}}) {
        auto script = [&](heard const&) {
            return plan{~0ul, answer(status, code.empty() ? "" : s3_error(code))};
        };
        auto body = [&](store& place) -> task<> { co_await test::put(place, "a", small); };
        auto const said = with(script, body);
        BOOST_TEST(contains(said, "refuses PUT a"), said);
        BOOST_TEST(requests.size() == 1u);
    }
}

BOOST_AUTO_TEST_CASE(a_reset_in_the_middle_of_a_part) {
    bool done = false;
    auto script = [&](heard const& request) {
        bool const second = request.is("PUT /bucket/a?partNumber=2");
        if (second && !std::exchange(done, true)) return plan{part / 2, "", plan::reset};
        return healthy(request);
    };
    auto body = [&](store& place) -> task<> { co_await test::put(place, "a", large); };
    BOOST_TEST(with(script, body) == "none");
    BOOST_TEST(count("PUT /bucket/a?partNumber=2") == 2u);
    for (auto const& one : requests) {
        if (one.is("PUT /bucket/a?partNumber=2") && one.body.size() == part)
            BOOST_TEST(one.body == text_of(large).substr(part, part));
    }
    BOOST_TEST(count("DELETE") == 0u);
}

BOOST_AUTO_TEST_CASE(a_part_that_fails_ends_the_upload_and_removes_its_parts) {
    auto script = [](heard const& request) {
        if (request.is("PUT /bucket/a?partNumber=2"))
            return plan{~0ul, answer(403, s3_error("AccessDenied"))};
        return healthy(request);
    };
    auto body = [&](store& place) -> task<> { co_await test::put(place, "a", large); };
    auto const said = with(script, body);
    BOOST_TEST(contains(said, "AccessDenied; allow this key to"), said);
    BOOST_TEST(count("POST /bucket/a?uploadId") == 0u);
    BOOST_TEST(count("DELETE /bucket/a?uploadId=the-id ") == 1u);
}

BOOST_AUTO_TEST_CASE(an_early_refusal_is_heard_although_the_part_is_not_taken) {
    change = [](s3::options& o) {
        o.part_size = 20 << 20;
        o.upload_memory = 80 << 20;
    };
    std::vector<std::uint8_t> const much(16 << 20);
    auto script = [](heard const&) {
        return plan{1000, answer(403, s3_error("AccessDenied")), plan::close};
    };
    auto body = [&](store& place) -> task<> { co_await test::put(place, "a", much); };
    auto const said = with(script, body);
    // A reset may also eat the answer; then the attempts end with what the system says.
    BOOST_TEST((contains(said, "AccessDenied") || contains(said, "fails at PUT a")), said);
}

BOOST_AUTO_TEST_CASE(a_completion_with_an_error_inside) {
    int completions = 0;
    auto script = [&](heard const& request) {
        if (!request.is("POST /bucket/a?uploadId")) return healthy(request);
        // White space first keeps the connection alive on the real thing.
        if (++completions == 1) return plan{~0ul, answer(200, "\n\n" + s3_error("InternalError"))};
        return healthy(request);
    };
    auto body = [&](store& place) -> task<> { co_await test::put(place, "a", large); };
    BOOST_TEST(with(script, body) == "none");
    BOOST_TEST(completions == 2);

    auto never = [&](heard const& request) {
        if (!request.is("POST /bucket/a?uploadId")) return healthy(request);
        return plan{~0ul, answer(200, s3_error("InvalidPart"))};
    };
    auto const said = with(never, body);
    BOOST_TEST(contains(said, "refuses POST a: InvalidPart"), said);
    BOOST_TEST(count("DELETE /bucket/a?uploadId=the-id ") == 1u);
}

BOOST_AUTO_TEST_CASE(a_completion_whose_answer_is_lost) {
    for (bool const stored : {true, false}) {
        int completions = 0;
        auto script = [&](heard const& request) {
            if (request.is("HEAD"))
                return plan{~0ul, "HTTP/1.1 200 OK\r\nContent-Length: " +
                                      std::to_string(stored ? large.size() : 5) + "\r\n\r\n"};
            if (!request.is("POST /bucket/a?uploadId")) return healthy(request);
            if (++completions == 1) return plan{~0ul, "", plan::close};
            return plan{~0ul, answer(404, s3_error("NoSuchUpload"))};
        };
        auto body = [&](store& place) -> task<> { co_await test::put(place, "a", large); };
        auto const said = with(script, body);
        BOOST_TEST((said == "none") == stored, said);
    }
}

BOOST_AUTO_TEST_CASE(garbage_is_called_so) {
    for (std::string const garbage :
         {"<html>Welcome</html>", "\x01\x02", "<InitiateMultipartUploadResult/>"}) {
        auto script = [&](heard const&) { return plan{~0ul, answer(200, garbage)}; };
        auto body = [&](store& place) -> task<> { co_await test::put(place, "a", large); };
        auto const said = with(script, body);
        BOOST_TEST(contains(said, "with nonsense"), said);
        auto list = [&](store& place) -> task<> { co_await test::list(place, "", 10); };
        auto const listed = with(script, list);
        BOOST_TEST(contains(listed, "with nonsense"), listed);
    }
    auto script = [](heard const&) { return plan{~0ul, "SSH-2.0-OpenSSH_9.2\r\n", plan::close}; };
    auto body = [&](store& place) -> task<> { co_await place.check(); };
    auto const said = with(script, body);
    BOOST_TEST(contains(said, "fails at GET bucket"), said);
}

BOOST_AUTO_TEST_CASE(a_part_without_etag) {
    auto script = [](heard const& request) {
        return request.is("PUT") ? plan{~0ul, answer(200)} : healthy(request);
    };
    auto body = [&](store& place) -> task<> { co_await test::put(place, "a", large); };
    auto const said = with(script, body);
    BOOST_TEST(contains(said, "no ETag"), said);
}

BOOST_AUTO_TEST_CASE(a_server_that_says_nothing) {
    change = [](s3::options& o) { o.attempts = 2; };
    auto script = [](heard const&) { return plan{~0ul, "", plan::stall}; };
    auto body = [&](store& place) -> task<> { co_await test::put(place, "a", small); };
    auto const said = with(script, body);
    BOOST_TEST(contains(said, "no answer in time while waiting for an answer"), said);
    BOOST_TEST(requests.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_server_that_takes_nothing) {
    change = [](s3::options& o) {
        o.attempts = 1;
        o.part_size = 40 << 20;
        o.upload_memory = 160 << 20;
    };
    std::vector<std::uint8_t> const much(32 << 20);
    auto script = [](heard const&) { return plan{0, "", plan::stall}; };
    auto body = [&](store& place) -> task<> { co_await test::put(place, "a", much); };
    auto const said = with(script, body);
    BOOST_TEST(contains(said, "no answer in time while sending a request"), said);
}

BOOST_AUTO_TEST_CASE(wrong_regions_and_redirects_are_explained) {
    auto body = [&](store& place) -> task<> { co_await place.check(); };
    auto const said_to = [&](std::string const& reply) {
        return with([&](heard const&) { return plan{~0ul, reply}; }, body);
    };
    auto said =
        said_to(answer(301, s3_error("PermanentRedirect"), "x-amz-bucket-region: eu-1\r\n"));
    BOOST_TEST(contains(said, "the bucket is in region eu-1: set S3_REGION to it"), said);
    said = said_to(answer(400, s3_error("AuthorizationHeaderMalformed", "<Region>eu-2</Region>")));
    BOOST_TEST(contains(said, "the bucket is in region eu-2: set S3_REGION to it"), said);
    said = said_to(answer(301, s3_error("PermanentRedirect")));
    BOOST_TEST(contains(said, "is S3_REGION (us-east-1) the region of the bucket?"), said);
    said = said_to(answer(307, "", "Location: http://other/bucket\r\n"));
    BOOST_TEST(contains(said, "sends us to http://other/bucket: set S3_ENDPOINT_URL"), said);
    said = said_to(answer(403, s3_error("RequestTimeTooSkewed")));
    BOOST_TEST(contains(said, "the clock of this machine is wrong"), said);
    said = said_to(answer(507, s3_error("XMinioStorageFull")));
    BOOST_TEST(contains(said, "the store is full"), said);
    said = said_to(answer(403, s3_error("QuotaExceeded")));
    BOOST_TEST(contains(said, "the store is full"), said);
    said = said_to(answer(403, s3_error("a\nb\x7f")));
    BOOST_TEST(contains(said, "403") == false);
    BOOST_TEST(contains(said, "a b "), said);
}

BOOST_AUTO_TEST_CASE(a_read_that_breaks_off_goes_on_where_it_broke) {
    auto const data = test::bytes(300'000);
    auto const whole = text_of(data);
    for (auto const then : {plan::close, plan::reset, plan::stall}) {
        auto script = [&](heard const& request) {
            auto const range = request.field("range");
            auto const from = range.empty() ? 0 : std::strtoul(range.c_str() + 6, nullptr, 10);
            std::string head = range.empty() ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 206 Part\r\n";
            head +=
                "ETag: \"e\"\r\nContent-Length: " + std::to_string(whole.size() - from) + "\r\n";
            if (!range.empty())
                head += "Content-Range: bytes " + std::to_string(from) + "-299999/300000\r\n";
            // A piece less each time, the rest never comes.
            return plan{~0ul, head + "\r\n" + whole.substr(from, 70'000), then};
        };
        auto body = [&](store& place) -> task<> {
            auto const back = co_await test::get(place, "a");
            BOOST_TEST((back == data));
        };
        BOOST_TEST(with(script, body) == "none");
        BOOST_TEST(requests.size() == 5u);
        BOOST_TEST(requests[1].field("range") == "bytes=70000-299999");
        BOOST_TEST(requests[1].field("if-match") == "\"e\"");
    }
}

BOOST_AUTO_TEST_CASE(a_read_that_gets_nowhere_is_given_up) {
    auto script = [](heard const& request) {
        std::string const first =
            "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 1000\r\n\r\nabc";
        std::string const rest = "HTTP/1.1 206 Part\r\nETag: \"e\"\r\nContent-Length: 997\r\n"
                                 "Content-Range: bytes 3-999/1000\r\n\r\n";
        return plan{~0ul, request.number == 1 ? first : rest, plan::close};
    };
    auto body = [&](store& place) -> task<> { co_await test::get(place, "a"); };
    auto const said = with(script, body);
    BOOST_TEST(contains(said, "breaks off at byte 3 of a"), said);
    BOOST_TEST(requests.size() == 4u);
}

BOOST_AUTO_TEST_CASE(an_object_that_changes_while_it_is_read) {
    auto script = [](heard const& request) {
        if (request.number > 1) return plan{~0ul, answer(412, s3_error("PreconditionFailed"))};
        return plan{~0ul, "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 1000\r\n\r\nabc",
                    plan::close};
    };
    auto body = [&](store& place) -> task<> { co_await test::get(place, "a"); };
    auto const said = with(script, body);
    BOOST_TEST(said == "a has changed while it was read");
}

BOOST_AUTO_TEST_CASE(an_object_that_goes_away_while_it_is_read) {
    auto script = [](heard const& request) {
        if (request.number > 1) return healthy(request);
        return plan{~0ul, "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 1000\r\n\r\nabc",
                    plan::close};
    };
    auto body = [&](store& place) -> task<> { co_await test::get(place, "a"); };
    BOOST_TEST(with(script, body) == "no object a");
}

BOOST_AUTO_TEST_CASE(answers_to_a_read_that_do_not_fit) {
    for (std::string const& reply :
         {answer(204), answer(206, "abc"),
          std::string("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc")}) {
        auto script = [&](heard const&) { return plan{~0ul, reply, plan::close}; };
        auto body = [&](store& place) -> task<> { co_await test::get(place, "a"); };
        auto const said = with(script, body);
        BOOST_TEST(contains(said, "with nonsense"), said);
    }
    // A range that the server ignores.
    auto script = [&](heard const&) { return plan{~0ul, answer(200, "abc")}; };
    auto body = [&](store& place) -> task<> {
        byte_range const range{1, 1};
        co_await test::get(place, "a", range);
    };
    auto const said = with(script, body);
    BOOST_TEST(contains(said, "with nonsense"), said);
}

BOOST_AUTO_TEST_CASE(a_reader_that_is_dropped_closes_its_connection) {
    std::string const head = "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 1000000000\r\n\r\n";
    auto script = [&](heard const& request) {
        return request.number == 1 ? plan{~0ul, head + "abc"} : healthy(request);
    };
    auto body = [&](store& place) -> task<> {
        auto in = co_await test::open(place, "a");
        std::vector<std::uint8_t> piece(10);
        std::span<std::uint8_t> const into(piece);
        auto const count = co_await in->read_some(into);
        BOOST_TEST(count == 3u);
        in.reset();
        co_await test::remove(place, "b");
    };
    BOOST_TEST(with(script, body) == "none");
    BOOST_TEST(requests.at(1).connection == 2);
}

BOOST_AUTO_TEST_CASE(a_connection_that_was_closed_meanwhile_costs_no_attempt) {
    change = [](s3::options& o) { o.attempts = 1; };
    auto script = [](heard const& request) {
        // Closed without a word after the first answer, just when the second request comes.
        if (request.number == 2) return plan{0, "", plan::reset};
        return healthy(request);
    };
    auto body = [&](store& place) -> task<> {
        co_await test::remove(place, "a");
        co_await test::put(place, "b", small);
    };
    BOOST_TEST(with(script, body) == "none");
    BOOST_TEST(requests.size() == 3u);
    BOOST_TEST(requests[2].connection == 2);
}

BOOST_AUTO_TEST_CASE(an_upload_that_is_dropped_stops_its_parts) {
    auto script = [](heard const& request) {
        if (request.is("PUT")) return plan{~0ul, "", plan::stall};
        return healthy(request);
    };
    change = [](s3::options& o) { o.timeouts.answer = 1h; };
    auto body = [&](store& place) -> task<> {
        auto out = co_await test::create(place, "a");
        co_await out->write(large);
    };
    // Ends when the parts do, long before their hour is over.
    BOOST_TEST(with(script, body) == "none");
    BOOST_TEST(count("DELETE /bucket/a?uploadId=the-id ") == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
