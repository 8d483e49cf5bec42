// How the client sends one request: signing, connections, retries, and what counts as refused.
#include "storage/blob/s3/call.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace kinvault::blob::s3 {

namespace {

/// Bytes of an answer that is not an object: a list of 1000 keys is below 1 MiB.
constexpr std::size_t exchange_limit = 8 << 20;

} // namespace

http_request client::signed_request(call const& what, key_pair const& keys) const {
    signable text{what.method, what.path, what.query, what.headers, what.sha256};
    text.headers.emplace_back("host", authority_);
    sign(text, keys, settings_.region, std::chrono::system_clock::now());
    auto target = what.path;
    if (!what.query.empty()) target += "?" + canonical_query(what.query);
    return {what.method, std::move(target), std::move(text.headers), what.body};
}

task<client::result> client::try_once(call const& what, bool streamed, bool reuse) {
    result answer;
    bool reused = false;
    std::string access_key;
    try {
        auto const keys = co_await credentials_->get();
        access_key = keys.access_key;
        auto connection = reuse ? pool_.take() : nullptr;
        reused = connection != nullptr;
        if (!connection) {
            connection = co_await http_connect(host_, endpoint_.port, tls_, settings_.timeouts);
        }
        auto const request = signed_request(what, keys);
        answer.head = co_await connection->exchange(request);
        if (!streamed || answer.head.status >= 300) {
            answer.body = co_await read_rest(*connection, exchange_limit);
            pool_.put(std::move(connection));
        }
        answer.connection = std::move(connection);
        judge(what, answer);
    } catch (transport_error const& error) {
        answer.problem = std::make_exception_ptr(unreachable(where_, what.doing, error));
        answer.transient = error.what_kind() != transport_error::kind::certificate;
        answer.stale =
            reused && !error.answered() && error.what_kind() == transport_error::kind::broken;
    } catch (no_credentials const& error) {
        answer.problem = std::make_exception_ptr(failure(error.what(), 0, ""));
    }
    if (!answer.expired.empty()) answer.expired = access_key;
    co_return answer;
}

/// A 200 with an error inside is an error: CompleteMultipartUpload begins to answer before it
/// knows.
void client::judge(call const& what, result& answer) const {
    auto const status = answer.head.status;
    bool const good = status >= 200 && status < 300;
    auto const error = answer.body.empty() ? std::nullopt : read_error(answer.body);
    if (good && !error) return;
    auto const told = error.value_or(error_document{});
    answer.problem = std::make_exception_ptr(refused(where_, what.doing, answer.head, told));
    answer.transient = worth_retrying(status, told.code);
    if (told.code == "ExpiredToken" || told.code == "TokenRefreshRequired") answer.expired = "?";
}

task<client::result> client::perform(call what, bool streamed) {
    auto const last_start = std::chrono::steady_clock::now() + settings_.patience;
    bool reuse = true, renewed = false;
    for (int attempt = 1;;) {
        auto answer = co_await try_once(what, streamed, reuse);
        if (!answer.problem) co_return answer;
        if (answer.stale && reuse) {
            reuse = false;
            continue;
        }
        if (!answer.expired.empty() && !renewed && credentials_->expire(answer.expired)) {
            renewed = true;
            continue;
        }
        bool const late = std::chrono::steady_clock::now() >= last_start;
        if (!answer.transient || attempt >= settings_.attempts || late)
            std::rethrow_exception(answer.problem);
        co_await pause(attempt);
        ++attempt;
    }
}

/// "Full jitter": somewhere between nothing and a bound that doubles (AWS Architecture Blog,
/// "Exponential Backoff And Jitter").
task<void> client::pause(int attempt) {
    auto const doubled = settings_.first_pause * (1 << std::min(attempt - 1, 10));
    auto const bound = std::min(doubled, settings_.longest_pause);
    std::uniform_int_distribution<std::int64_t> draw(0, bound.count());
    auto const loop = co_await asio::this_coro::executor;
    asio::steady_timer::rebind_executor<executor>::other timer(
        loop, std::chrono::milliseconds(draw(random_)));
    co_await timer.async_wait(use_task);
}

task<std::string> client::body_of(call what) {
    auto answer = co_await perform(std::move(what), false);
    co_return std::move(answer.body);
}

} // namespace kinvault::blob::s3
