// Copies between stores: what a destination that is broken, or a source that changes, does to them.
// The rest is in test/e2e/stores.mjs.
#include "storage/blob/copy.hpp"
#include "test/unit/storage/blob_support.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>

using namespace kinvault;
using namespace kinvault::blob;

namespace {

/// A store that lets through to another one, but for what a test wants different.
class bent_store : public store {
  public:
    explicit bent_store(store& below) : below_(below) {}

    task<std::unique_ptr<writer>> create(std::string key, std::uint64_t at_most) override {
        if (creating) creating(key);
        return below_.create(std::move(key), at_most);
    }
    task<std::unique_ptr<reader>> open(std::string key, std::optional<byte_range> range) override {
        if (opening) opening(key);
        return below_.open(std::move(key), range);
    }
    task<std::optional<std::uint64_t>> size(std::string key) override {
        return below_.size(std::move(key));
    }
    task<void> remove(std::string key) override { return below_.remove(std::move(key)); }
    task<void> clear(std::string key) override { return below_.clear(std::move(key)); }
    task<void> check() override { return below_.check(); }
    task<std::vector<entry>> list(std::string after, std::size_t most) override {
        return below_.list(std::move(after), most);
    }

    std::function<void(std::string const&)> creating, opening;

  private:
    store& below_;
};

class quiet final : public copy_watch {
  public:
    void total(std::uint64_t objects, std::uint64_t bytes) override {
        objects_ = objects;
        bytes_ = bytes;
    }
    void done(std::uint64_t bytes) override { done_ += bytes; }
    bool stopped() override { return stop_ && done_ >= *stop_; }

    std::uint64_t objects_ = 0, bytes_ = 0, done_ = 0;
    std::optional<std::uint64_t> stop_; ///< after so many bytes
};

struct fixture {
    fixture() {
        auto body = [&]() -> task<> {
            co_await from.check();
            co_await to.check();
            for (int i = 0; i < 10; ++i) {
                auto const key = "org/" + std::to_string(i);
                auto const data = test::bytes(100'000, static_cast<unsigned>(i));
                co_await test::put(from, key, data);
            }
        };
        test::run(loop, body);
    }

    copy_report copy() {
        copy_report report;
        auto body = [&]() -> task<> { report = co_await copy_all(from, to, how, watch); };
        test::run(loop, body);
        return report;
    }
    std::vector<std::string> keys(store& where) {
        std::vector<std::string> result;
        auto body = [&]() -> task<> {
            auto const all = co_await test::list(where, "", 100);
            for (auto const& one : all) result.push_back(one.key);
        };
        test::run(loop, body);
        return result;
    }
    void damage(std::string const& key) {
        auto body = [&]() -> task<> {
            auto const other = test::bytes(100'000, 99);
            co_await test::put(*below_to, key, other);
        };
        asio::io_context own;
        test::run(own, body);
    }

    test::temporary_folder here, there;
    asio::io_context loop;
    workers pool{2, 100};
    std::unique_ptr<store> below_from = make_folder_store(here.path(), pool);
    std::unique_ptr<store> below_to = make_folder_store(there.path(), pool);
    bent_store from{*below_from}, to{*below_to};
    copy_options how;
    quiet watch;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(blob_copy, fixture)

BOOST_AUTO_TEST_CASE(all_is_counted) {
    auto const report = copy();
    BOOST_TEST(report.objects == 10u);
    BOOST_TEST(report.copied == 10u);
    BOOST_TEST(report.bytes == 1'000'000u);
    BOOST_TEST(watch.objects_ == 10u);
    BOOST_TEST(watch.bytes_ == 1'000'000u);
    BOOST_TEST(watch.done_ == 1'000'000u);
    BOOST_TEST(keys(to) == keys(from), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_does_not_come_back_is_removed_and_said) {
    how.at_once = 1;
    // It is read back after it was written: by then the destination has something else.
    to.opening = [&](std::string const& key) {
        if (key == "org/3") damage(key);
    };
    BOOST_CHECK_EXCEPTION(copy(), store_error, [](store_error const& error) {
        return std::string(error.what()) ==
               "org/3 does not come back as it was sent; the destination is broken";
    });
    auto const left = keys(to);
    BOOST_TEST(std::count(left.begin(), left.end(), "org/3") == 0);
    to.opening = {};
    BOOST_TEST(copy().same == left.size());
    BOOST_TEST(keys(to) == keys(from), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_destination_that_fails_ends_the_run) {
    to.creating = [](std::string const& key) {
        if (key == "org/5") throw store_error("full");
    };
    BOOST_CHECK_EXCEPTION(copy(), store_error, [](store_error const& error) {
        return std::string(error.what()) == "full";
    });
    to.creating = {};
    BOOST_TEST(copy().objects == 10u);
    BOOST_TEST(keys(to) == keys(from), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_object_that_is_deleted_meanwhile_is_no_failure) {
    from.opening = [&](std::string const& key) {
        if (key != "org/4") return;
        auto body = [&]() -> task<> { co_await test::remove(*below_from, key); };
        asio::io_context own;
        test::run(own, body);
    };
    auto const report = copy();
    BOOST_TEST(report.copied == 9u);
    BOOST_TEST(report.vanished == 1u);
}

BOOST_AUTO_TEST_CASE(whoever_is_asked_to_stop_leaves_whole_objects) {
    watch.stop_ = 350'000;
    BOOST_CHECK_THROW(copy(), interrupted);
    auto const left = keys(to);
    BOOST_TEST(left.size() < 10u);
    auto body = [&]() -> task<> {
        for (auto const& key : left) {
            auto const size = co_await test::size(to, key);
            BOOST_TEST(size.value_or(0) == 100'000u);
        }
    };
    test::run(loop, body);
}

BOOST_AUTO_TEST_SUITE_END()
