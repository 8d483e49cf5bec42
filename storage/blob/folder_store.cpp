// Objects as files in a folder: the asynchronous half. All that blocks runs on the worker threads,
// on memory that the jobs own together with the caller, so that neither has to outlive the other.
#include "storage/blob/folder_files.hpp"
#include "storage/blob/notifier.hpp"
#include "storage/blob/store.hpp"
#include "storage/workers.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace kinvault::blob {

namespace {

/// Bytes of one job of a worker, and with it the memory of a transfer: large enough that handing
/// the work over (some 10 µs) does not count.
constexpr std::size_t block_size = 256 << 10;

using block = std::vector<std::uint8_t>;

/// Removes an unfinished file on a worker, or right here when they have too much to do.
task<void> drop(workers& pool, std::shared_ptr<folder::incoming> file) {
    // Says it instead of destroying the file: a job that has just ended may still hold it too.
    auto job = [file] { file->discard(); };
    try {
        co_await pool.run(std::move(job));
    } catch (overloaded const&) {
        // Then its destructor does, as this ends.
    } catch (store_error const& error) {
        spdlog::warn("an unfinished file stays for a day: {}", error.what());
    }
}

/// Fills one block while one worker writes the other and a second one adds it to the checksum.
class folder_writer final : public writer {
  public:
    folder_writer(workers& pool, executor loop, std::shared_ptr<folder::incoming> file)
        : pool_(pool)
        , loop_(std::move(loop))
        , file_(std::move(file)) {}

    ~folder_writer() override {
        if (!file_) return;
        try {
            asio::co_spawn(loop_, drop(pool_, std::move(file_)), asio::detached);
        } catch (std::exception const&) {
            // No memory for that: then it is removed here, by its destructor.
        }
    }

    task<void> write(std::span<std::uint8_t const> chunk) override {
        while (!chunk.empty()) {
            auto const count = std::min(block_size - buffer_->size(), chunk.size());
            auto const piece = chunk.first(count);
            buffer_->insert(buffer_->end(), piece.begin(), piece.end());
            chunk = chunk.subspan(count);
            if (buffer_->size() < block_size) continue;
            co_await settle();
            std::swap(buffer_, behind_->bytes);
            buffer_->clear();
            start([file = file_, bytes = behind_->bytes] { file->write(*bytes); });
            start([file = file_, bytes = behind_->bytes] { file->hash(*bytes); });
        }
    }

    task<written> finish() override {
        co_await settle();
        // The job's own, so that a file that fails is removed there and not on the event loop.
        auto job = [file = std::move(file_), buffer = buffer_]() mutable {
            auto const own = std::move(file);
            own->hash(*buffer);
            own->write(*buffer);
            return own->commit();
        };
        auto result = co_await pool_.run(std::move(job));
        co_return result;
    }

    task<bool> abort() override {
        auto job = [file = std::move(file_)]() mutable {
            auto const own = std::move(file);
            own->discard();
        };
        co_await pool_.run(std::move(job));
        co_return true;
    }

  private:
    /// What workers have in hand, and what came of it.
    struct write_behind {
        std::shared_ptr<block> bytes = std::make_shared<block>();
        int jobs = 0;
        std::exception_ptr error;
        notifier changed;
    };

    template <class Job>
    void start(Job job) {
        ++behind_->jobs;
        asio::co_spawn(loop_, run(pool_, std::move(job), behind_), asio::detached);
    }

    /// Its own coroutine, which may outlive the writer.
    template <class Job>
    static task<void> run(workers& pool, Job job, std::shared_ptr<write_behind> what) {
        try {
            co_await pool.run(std::move(job));
        } catch (...) {
            what->error = std::current_exception();
        }
        if (--what->jobs == 0) what->changed.notify();
    }

    /// Waits for what is behind.
    task<void> settle() {
        while (behind_->jobs > 0) {
            co_await behind_->changed.wait();
        }
        if (behind_->error) std::rethrow_exception(behind_->error);
    }

    workers& pool_;
    executor loop_;
    std::shared_ptr<folder::incoming> file_;
    std::shared_ptr<block> buffer_ = std::make_shared<block>();
    std::shared_ptr<write_behind> behind_ = std::make_shared<write_behind>();
};

class folder_reader final : public reader {
  public:
    /// `first` holds the bytes from `position` on that have been read already.
    folder_reader(workers& pool, std::shared_ptr<folder::outgoing> file,
                  std::shared_ptr<block> first, std::uint64_t position, std::uint64_t end)
        : pool_(pool)
        , file_(std::move(file))
        , block_(std::move(first))
        , position_(position + block_->size())
        , end_(end) {}

    std::uint64_t size() const override { return file_->size(); }

    task<std::size_t> read_some(std::span<std::uint8_t> into) override {
        if (used_ == block_->size() && position_ < end_) {
            co_await fill();
        }
        auto const count = std::min(into.size(), block_->size() - used_);
        std::copy_n(block_->data() + used_, count, into.data());
        used_ += count;
        co_return count;
    }

  private:
    task<void> fill() {
        auto const length = std::min<std::uint64_t>(block_size, end_ - position_);
        auto job = [file = file_, block = block_, from = position_, length] {
            file->read(*block, from, length);
        };
        co_await pool_.run(std::move(job));
        position_ += length;
        used_ = 0;
    }

    workers& pool_;
    std::shared_ptr<folder::outgoing> file_;
    std::shared_ptr<block> block_;
    std::size_t used_ = 0;   ///< bytes of block_ that were given out
    std::uint64_t position_; ///< in the object, behind block_
    std::uint64_t const end_;
};

class folder_store final : public store {
  public:
    folder_store(std::filesystem::path root, workers& pool) : root_(std::move(root)), pool_(pool) {}

    task<std::unique_ptr<writer>> create(std::string key, std::uint64_t) override {
        auto job = [root = root_, key = checked_key(std::move(key))] {
            return std::make_shared<folder::incoming>(root, key);
        };
        auto file = co_await pool_.run(std::move(job));
        auto loop = co_await asio::this_coro::executor;
        co_return std::make_unique<folder_writer>(pool_, std::move(loop), std::move(file));
    }

    task<std::unique_ptr<reader>> open(std::string key, std::optional<byte_range> range) override {
        auto job = [this, root = root_, key = checked_key(std::move(key)), range] {
            return open_here(root, key, range);
        };
        auto result = co_await pool_.run(std::move(job));
        co_return result;
    }

    task<std::optional<std::uint64_t>> size(std::string key) override {
        auto job = [root = root_, key = checked_key(std::move(key))] {
            return folder::size(root, key);
        };
        auto result = co_await pool_.run(std::move(job));
        co_return result;
    }

    task<void> remove(std::string key) override {
        auto job = [root = root_, key = checked_key(std::move(key))] { folder::remove(root, key); };
        co_await pool_.run(std::move(job));
    }

    task<void> clear(std::string key) override {
        auto job = [root = root_, key = checked_key(std::move(key))] {
            folder::remove_unfinished(root, key);
            folder::remove(root, key);
        };
        co_await pool_.run(std::move(job));
    }

    task<void> check() override {
        auto job = [root = root_] { folder::check(root); };
        co_await pool_.run(std::move(job));
    }

    task<std::vector<entry>> list(std::string after, std::size_t most) override {
        auto job = [root = root_, after = std::move(after), most] {
            return folder::list(root, after, most);
        };
        auto result = co_await pool_.run(std::move(job));
        co_return result;
    }

  private:
    /// On a worker. Reads the first block at once: for most files that is all of it.
    std::unique_ptr<reader> open_here(std::filesystem::path const& root, std::string const& key,
                                      std::optional<byte_range> range) const {
        auto file = std::make_shared<folder::outgoing>(root, key);
        auto const wanted = range.value_or(byte_range{0, file->size()});
        auto const begin = std::min(wanted.first, file->size());
        auto const end = begin + std::min(wanted.length, file->size() - begin);
        auto first = std::make_shared<block>();
        file->read(*first, begin, std::min<std::uint64_t>(block_size, end - begin));
        return std::make_unique<folder_reader>(pool_, std::move(file), std::move(first), begin,
                                               end);
    }

    std::filesystem::path const root_;
    workers& pool_;
};

} // namespace

std::unique_ptr<store> make_folder_store(std::filesystem::path root, workers& pool) {
    return std::make_unique<folder_store>(std::move(root), pool);
}

} // namespace kinvault::blob
