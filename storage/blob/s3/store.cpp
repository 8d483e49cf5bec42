#include "storage/blob/s3/store.hpp"

#include "storage/blob/s3/download.hpp"
#include "storage/blob/s3/upload.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <spdlog/spdlog.h>

#include <utility>

namespace kinvault::blob {

namespace {

using namespace s3;
using namespace std::chrono_literals;

constexpr auto leftover_age = 24h;
/// Not a valid key, so no listing shows it.
constexpr char probe_key[] = ".tmp/probe";

/// Ends an upload that was given up. What this cannot remove, `check` removes a day later.
task<void> give_up(std::shared_ptr<upload> what) {
    try {
        co_await what->abort();
    } catch (store_error const& error) {
        spdlog::warn("parts of {} stay for a day: {}", what->key(), error.what());
    }
}

class s3_writer final : public writer {
  public:
    s3_writer(executor loop, std::shared_ptr<upload> what)
        : loop_(std::move(loop))
        , upload_(std::move(what)) {}

    ~s3_writer() override {
        if (upload_->ended()) return;
        try {
            asio::co_spawn(loop_, give_up(upload_), asio::detached);
        } catch (std::exception const&) {
            // No memory for that: `check` removes what was sent, in a day.
        }
    }

    task<void> write(std::span<std::uint8_t const> chunk) override { return upload_->write(chunk); }
    task<written> finish() override { return upload_->finish(); }
    task<bool> abort() override { return upload_->abort(); }

  private:
    executor loop_;
    std::shared_ptr<upload> upload_;
};

class s3_store final : public store {
  public:
    s3_store(s3::options settings, workers& pool)
        : core_(std::make_shared<core>(std::move(settings), pool)) {}

    task<std::unique_ptr<writer>> create(std::string key, std::uint64_t at_most) override {
        auto loop = co_await asio::this_coro::executor;
        auto made = std::make_shared<upload>(core_, loop, checked_key(std::move(key)), at_most);
        co_return std::make_unique<s3_writer>(std::move(loop), std::move(made));
    }

    task<std::unique_ptr<reader>> open(std::string key, std::optional<byte_range> range) override {
        return open_download(core_, checked_key(std::move(key)), range);
    }

    task<std::optional<std::uint64_t>> size(std::string key) override {
        return core_->client.head_object(checked_key(std::move(key)));
    }

    task<void> remove(std::string key) override {
        return core_->client.delete_object(checked_key(std::move(key)));
    }

    /// The uploads first: one that is just being completed leaves an object.
    task<void> clear(std::string key) override {
        key = checked_key(std::move(key));
        auto const begun = co_await core_->client.list_uploads(key);
        for (auto const& one : begun) {
            if (one.key != key) continue;
            co_await core_->client.abort_upload(one.key, one.id);
        }
        co_await core_->client.delete_object(std::move(key));
    }

    task<void> check() override {
        co_await core_->client.list_objects("", "", 1);
        std::string probe = probe_key, hash = empty_payload_hash;
        std::span<std::uint8_t const> const nothing;
        co_await core_->client.put_object(probe, nothing, std::move(hash));
        co_await core_->client.delete_object(std::move(probe));
        co_await remove_leftovers();
    }

    task<std::vector<entry>> list(std::string after, std::size_t most) override {
        std::vector<entry> found;
        std::string token;
        while (found.size() < most) {
            auto const missing = most - found.size();
            auto page = co_await core_->client.list_objects(after, token, missing);
            for (auto& one : page.objects) {
                if (valid_key(one.key))
                    found.push_back({std::move(one.key), one.size, one.modified});
            }
            if (page.next.empty() || page.next == token) break;
            token = page.next;
        }
        co_return found;
    }

  private:
    task<void> remove_leftovers() {
        std::size_t count = 0;
        try {
            auto const oldest = std::chrono::system_clock::now() - leftover_age;
            std::string every_key;
            auto const all = co_await core_->client.list_uploads(std::move(every_key));
            for (auto const& one : all) {
                if (one.begun >= oldest) continue;
                co_await core_->client.abort_upload(one.key, one.id);
                ++count;
            }
        } catch (store_error const& error) {
            spdlog::warn("unfinished uploads stay where they are: {}", error.what());
        }
        if (count > 0) spdlog::info("removed {} unfinished uploads older than a day", count);
    }

    std::shared_ptr<core> core_;
};

} // namespace

std::unique_ptr<store> make_s3_store(s3::options settings, workers& pool) {
    try {
        return std::make_unique<s3_store>(std::move(settings), pool);
    } catch (s3::no_credentials const& error) {
        throw store_error(error.what());
    }
}

} // namespace kinvault::blob
