// The folder store: what comes back, what stays behind, what is refused.
#include "blob_support.hpp"

#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"

#include <boost/asio/detached.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <future>
#include <set>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace kinvault;
using namespace kinvault::blob;
namespace fs = std::filesystem;

namespace {

struct fixture {
    fixture() {
        auto body = [this]() -> task<> { co_await place->check(); };
        test::run(loop, body);
    }
    std::size_t unfinished() const {
        if (!fs::exists(root / ".tmp")) return 0;
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(root / ".tmp"), fs::directory_iterator()));
    }
    std::string sha256(std::vector<std::uint8_t> const& data) const {
        crypto::sha256 hash;
        hash.update(data);
        return crypto::hex_encode(hash.finish());
    }

    test::temporary_folder folder;
    fs::path root = folder.path() / "blobs";
    asio::io_context loop;
    workers pool{2, 100};
    std::unique_ptr<store> place = make_folder_store(root, pool);
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(blob_folder, fixture)

BOOST_AUTO_TEST_CASE(keys) {
    for (auto const* key :
         {"a", "org/item/file.enc", "...", "a/..b", "A-Z_0.9", ".tmpx/a", "a/.tmp"})
        BOOST_TEST(valid_key(key), key);
    std::string const long_component(255, 'x');
    BOOST_TEST(valid_key(long_component + "/" + std::string(244, 'y')));
    for (std::string const& key :
         {std::string(), std::string("/a"), std::string("a/"), std::string("a//b"),
          std::string("."), std::string(".."), std::string("a/../b"), std::string("a/."),
          std::string(".tmp"), std::string(".tmp/a"), std::string("a b"), std::string("a\\b"),
          std::string("a\0b", 3), std::string("\xc3\xa9"), long_component + "x",
          long_component + "/" + std::string(245, 'y')})
        BOOST_TEST(!valid_key(key), key);
}

BOOST_AUTO_TEST_CASE(objects_come_back) {
    constexpr std::size_t block = 256 << 10;
    for (std::size_t size :
         {std::size_t(0), std::size_t(1), block - 1, block, block + 1, 4 * block + 3}) {
        for (std::size_t step : {std::size_t(1000), block, 10 * block}) {
            std::optional<byte_range> const all;
            auto const data = test::bytes(size, 7);
            auto body = [&]() -> task<> {
                auto const done = co_await test::put(*place, "org/item/a.enc", data, step);
                BOOST_TEST(done.size == size);
                BOOST_TEST(done.sha256 == sha256(data));
                auto const back = co_await test::get(*place, "org/item/a.enc", all, step);
                BOOST_TEST((back == data));
                auto const stored = co_await test::size(*place, "org/item/a.enc");
                BOOST_TEST(stored.value() == size);
            };
            test::run(loop, body);
        }
    }
    BOOST_TEST(unfinished() == 0u);
    auto const mode = [&](fs::path const& path) {
        return static_cast<unsigned>(fs::status(path).permissions());
    };
    BOOST_TEST(mode(root / "org/item/a.enc") == 0600u);
    BOOST_TEST(mode(root / "org/item") == 0700u);
    BOOST_TEST(mode(root) == 0700u);
}

BOOST_AUTO_TEST_CASE(ranges) {
    auto const data = test::bytes(700'000);
    auto body = [&]() -> task<> {
        co_await test::put(*place, "a", data);
        std::vector<byte_range> const ranges = {
            {0, 1},       {0, 700'000}, {699'999, 1}, {262'143, 2}, {1, 699'999},
            {700'000, 1}, {800'000, 5}, {10, 0},      {5, ~0ull},   {300'000, 300'000},
        };
        for (auto const& range : ranges) {
            auto const first = std::min<std::uint64_t>(range.first, data.size());
            auto const length = std::min<std::uint64_t>(range.length, data.size() - first);
            auto const from = data.begin() + static_cast<std::ptrdiff_t>(first);
            std::vector<std::uint8_t> const expected(from,
                                                     from + static_cast<std::ptrdiff_t>(length));
            auto const back = co_await test::get(*place, "a", range);
            BOOST_TEST((back == expected));
        }
        byte_range const one{5, 1};
        auto const in = co_await test::open(*place, "a", one);
        BOOST_TEST(in->size() == data.size());
    };
    test::run(loop, body);
}

BOOST_AUTO_TEST_CASE(an_object_shows_when_it_is_finished) {
    auto const first = test::bytes(1000, 1), second = test::bytes(400'000, 2);
    auto body = [&]() -> task<> {
        auto out = co_await test::create(*place, "a/b");
        co_await out->write(first);
        auto const before = co_await test::size(*place, "a/b");
        BOOST_TEST(!before.has_value());
        BOOST_TEST(unfinished() == 1u);
        co_await out->finish();
        auto again = co_await test::create(*place, "a/b");
        co_await again->write(second);
        auto const meanwhile = co_await test::get(*place, "a/b");
        BOOST_TEST((meanwhile == first));
        co_await again->finish();
        auto const after = co_await test::get(*place, "a/b");
        BOOST_TEST((after == second));
    };
    test::run(loop, body);
    BOOST_TEST(unfinished() == 0u);
}

BOOST_AUTO_TEST_CASE(what_is_not_finished_leaves_nothing) {
    auto const data = test::bytes(400'000);
    auto dropped = [&]() -> task<> {
        auto out = co_await test::create(*place, "a/b");
        co_await out->write(data);
    };
    test::run(loop, dropped);
    BOOST_TEST(unfinished() == 0u);
    auto aborted = [&]() -> task<> {
        auto out = co_await test::create(*place, "a/b");
        co_await out->write(data);
        co_await out->abort();
        BOOST_TEST(unfinished() == 0u);
    };
    test::run(loop, aborted);
    BOOST_TEST(!fs::exists(root / "a"));
}

BOOST_AUTO_TEST_CASE(a_dropped_writer_is_cleared_without_a_worker_too) {
    workers single(1, 0);
    auto const narrow = make_folder_store(root, single);
    std::promise<void> release;
    auto body = [&]() -> task<> {
        auto out = co_await test::create(*narrow, "a");
        auto busy = [released = release.get_future().share()] { released.wait(); };
        asio::co_spawn(loop, single.run(busy), asio::detached);
        BOOST_TEST(unfinished() == 1u);
        out.reset();
        // Lets what the destructor started take place; the worker is busy all the time.
        co_await asio::post(use_task);
        co_await asio::post(use_task);
        BOOST_TEST(unfinished() == 0u);
        release.set_value();
    };
    test::run(loop, body);
}

BOOST_AUTO_TEST_CASE(removing) {
    auto const ten = test::bytes(10);
    auto body = [&]() -> task<> {
        co_await test::put(*place, "a/b/c", ten);
        co_await test::put(*place, "a/d", ten);
        co_await test::remove(*place, "a/b/c");
        auto const gone = co_await test::size(*place, "a/b/c");
        BOOST_TEST(!gone.has_value());
        BOOST_TEST(!fs::exists(root / "a/b"));
        BOOST_TEST(fs::exists(root / "a/d"));
        co_await test::remove(*place, "a/b/c");
        co_await test::remove(*place, "x/y");
        co_await test::remove(*place, "a/d/e");
        co_await test::remove(*place, "a/d");
        BOOST_TEST(!fs::exists(root / "a"));
        BOOST_TEST(fs::exists(root));
    };
    test::run(loop, body);
}

BOOST_AUTO_TEST_CASE(folders_that_vanish_under_a_writer_are_made_again) {
    std::size_t finished = 0;
    auto const one = test::bytes(1);
    auto writes = [&]() -> task<> {
        for (int i = 0; i < 200; ++i) {
            co_await test::put(*place, "a/b/y", one);
            auto const there = co_await test::size(*place, "a/b/y");
            if (there) ++finished;
            co_await test::remove(*place, "a/b/y");
        }
    };
    auto both = [&]() -> task<> {
        asio::co_spawn(loop, writes(), [](std::exception_ptr thrown) { BOOST_TEST(!thrown); });
        for (int i = 0; i < 200; ++i) {
            co_await test::put(*place, "a/b/x", one);
            co_await test::remove(*place, "a/b/x");
        }
    };
    test::run(loop, both);
    BOOST_TEST(finished == 200u);
}

BOOST_AUTO_TEST_CASE(missing_and_strange_objects) {
    fs::create_directories(root / "folder/inner");
    fs::create_directory_symlink("/etc", root / "link");
    fs::create_symlink("/etc/passwd", root / "passwd");
    BOOST_REQUIRE(::mkfifo((root / "pipe").c_str(), 0600) == 0);
    auto body = [&]() -> task<> {
        for (std::string_view const key : {"a", "a/b", "folder", "folder/inner", "link/passwd",
                                           "passwd", "pipe", "passwd/a", "pipe/a"}) {
            bool missing = false;
            try {
                co_await test::open(*place, key);
            } catch (blob_missing const&) {
                missing = true;
            }
            BOOST_TEST(missing, key);
            auto const size = co_await test::size(*place, key);
            BOOST_TEST(!size.has_value(), key);
        }
        co_await test::remove(*place, "link/passwd");
        BOOST_TEST(fs::exists("/etc/passwd"));
        auto const one = test::bytes(1);
        std::string text;
        try {
            co_await test::put(*place, "link/x", one);
        } catch (store_error const& error) {
            text = error.what();
        }
        BOOST_TEST(text.find("BLOB_DIR") != text.npos, text);
        auto const all = co_await test::list(*place, "", 10);
        BOOST_TEST(all.empty());
    };
    test::run(loop, body);
    BOOST_TEST(!fs::exists("/etc/x"));
    BOOST_TEST(unfinished() == 0u);
}

BOOST_AUTO_TEST_CASE(bad_keys_reach_no_file) {
    auto body = [&]() -> task<> { co_await test::create(*place, "../a"); };
    BOOST_CHECK_THROW(test::run(loop, body), std::invalid_argument);
    auto other = [&]() -> task<> { co_await test::remove(*place, ".tmp/x"); };
    BOOST_CHECK_THROW(test::run(loop, other), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_a_store_error_and_leaves_nothing) {
    // The limit on a file's size fails a write in its middle as a full disk does.
    struct rlimit before {};
    BOOST_REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    auto const handler = std::signal(SIGXFSZ, SIG_IGN);
    struct rlimit const small = {500'000, before.rlim_max};
    BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    auto const much = test::bytes(600'000), more = test::bytes(520'000);
    auto body = [&]() -> task<> { co_await test::put(*place, "a", much); };
    auto late = [&]() -> task<> { co_await test::put(*place, "a", more); };
    BOOST_CHECK_THROW(test::run(loop, body), store_error);
    BOOST_CHECK_THROW(test::run(loop, late), store_error);
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    BOOST_TEST(unfinished() == 0u);
    BOOST_TEST(!fs::exists(root / "a"));
}

BOOST_AUTO_TEST_CASE(a_missing_root_says_what_to_do) {
    fs::remove_all(root);
    std::string text;
    auto const one = test::bytes(1);
    auto body = [&]() -> task<> { co_await test::put(*place, "a", one); };
    try {
        test::run(loop, body);
    } catch (store_error const& error) {
        text = error.what();
    }
    BOOST_TEST(text == "cannot open the blob folder " + root.string() +
                           ": No such file or directory; is the disk of BLOB_DIR mounted?");
    std::ofstream(root).put('x');
    auto check = [&]() -> task<> { co_await place->check(); };
    BOOST_CHECK_THROW(test::run(loop, check), store_error);
}

BOOST_AUTO_TEST_CASE(an_object_cut_short_is_an_error) {
    auto const data = test::bytes(600'000);
    auto body = [&]() -> task<> {
        co_await test::put(*place, "a", data);
        auto const in = co_await test::open(*place, "a");
        fs::resize_file(root / "a", 400'000);
        std::vector<std::uint8_t> piece(300'000);
        std::span<std::uint8_t> const into(piece);
        std::size_t total = 0;
        bool failed = false;
        try {
            for (std::size_t count = 1; count != 0;) {
                count = co_await in->read_some(into);
                total += count;
            }
        } catch (store_error const&) {
            failed = true;
        }
        BOOST_TEST(failed);
        BOOST_TEST(total == 262'144u);
    };
    test::run(loop, body);
}

BOOST_AUTO_TEST_CASE(the_check_removes_old_leftovers_only) {
    auto const add = [&](char const* name, std::time_t age) {
        std::ofstream(root / ".tmp" / name).put('x');
        struct timespec const when[2] = {{std::time(nullptr) - age, 0},
                                         {std::time(nullptr) - age, 0}};
        BOOST_REQUIRE(::utimensat(AT_FDCWD, (root / ".tmp" / name).c_str(), when, 0) == 0);
    };
    fs::create_directories(root / ".tmp");
    add("old", 25 * 3600);
    add("new", 23 * 3600);
    spdlog::set_level(spdlog::level::warn); // it tells what it removed
    auto body = [&]() -> task<> { co_await place->check(); };
    test::run(loop, body);
    BOOST_TEST(!fs::exists(root / ".tmp/old"));
    BOOST_TEST(fs::exists(root / ".tmp/new"));
    BOOST_TEST(unfinished() == 1u);
}

BOOST_AUTO_TEST_CASE(clearing_a_key_removes_what_killed_writers_left) {
    auto const data = test::bytes(10);
    auto body = [&]() -> task<> {
        co_await test::put(*place, "a/b", data);
        auto const kept = co_await place->create("a/c");
        auto const left = co_await place->create("a/b");
        co_await left->write(data);
        BOOST_TEST(unfinished() == 2u);
        co_await place->clear("a/b");
        BOOST_TEST(unfinished() == 1u);
        auto const size = co_await place->size("a/b");
        BOOST_TEST(!size.has_value());
        co_await place->clear("a/b");
        co_await kept->write(data);
        co_await kept->finish();
        auto const other = co_await place->size("a/c");
        BOOST_TEST(other.value_or(0) == 10u);
    };
    test::run(loop, body);
}

BOOST_AUTO_TEST_CASE(listing_goes_through_all_keys_in_order) {
    std::set<std::string> const keys = {"a",     "a-b", "a.b/c", "b/a",    "b/a-",
                                        "b-/x",  "b.c", "b/b/c", "b/b/c.", "b/b0",
                                        "c/d/e", "c0",  "Z",     "d/.tmp"};
    auto body = [&]() -> task<> {
        for (auto const& key : keys) {
            auto const data = test::bytes(key.size());
            co_await test::put(*place, key, data);
        }
        for (std::size_t most = 1; most <= keys.size() + 1; ++most) {
            std::vector<std::string> seen;
            std::string after;
            for (std::size_t count = most; count == most;) {
                auto const page = co_await test::list(*place, after, most);
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
        auto const rest = co_await test::list(*place, "b/b", 2);
        BOOST_TEST(rest.at(0).key == "b/b/c");
    };
    test::run(loop, body);
}

// A shutdown in the middle: the pool goes first, its running job ends, the queued ones are dropped
// together with the coroutines that wait for them.
BOOST_AUTO_TEST_CASE(a_transfer_may_be_destroyed_while_a_worker_is_at_it) {
    auto const data = test::bytes(600'000); // more than is written behind
    {
        asio::io_context short_loop;
        workers single(1, 100);
        auto const brief = make_folder_store(root, single);
        std::promise<void> release;
        bool queued = false;
        auto transfer = [&]() -> task<> {
            auto out = co_await test::create(*brief, "a");
            // Occupies the only worker, so that the next job of this transfer stays in the queue.
            auto busy = [released = release.get_future().share()] { released.wait(); };
            asio::co_spawn(short_loop, single.run(busy), asio::detached);
            queued = true;
            co_await out->write(data);
            BOOST_ERROR("the transfer went on");
        };
        asio::co_spawn(short_loop, transfer(), asio::detached);
        while (!queued) short_loop.run_one();
        BOOST_TEST(unfinished() == 1u);
        release.set_value();
    }
    BOOST_TEST(unfinished() == 0u);
}

BOOST_AUTO_TEST_CASE(the_loop_stays_until_the_workers_are_done) {
    std::atomic<bool> done = false;
    std::promise<void> release;
    auto job = [&, released = release.get_future().share()] {
        released.wait();
        done = true;
    };
    asio::co_spawn(loop, pool.run(job), [](std::exception_ptr thrown) { BOOST_TEST(!thrown); });
    loop.restart();
    loop.poll();
    BOOST_TEST(!done);
    release.set_value();
    loop.run();
    BOOST_TEST(done);
}

BOOST_AUTO_TEST_SUITE_END()
