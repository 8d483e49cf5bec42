// What a server does by itself now and then: sweeping, sending mail, reminding, cleaning up. The
// application registers its jobs here and starts and stops them together.
#pragma once

#include "storage/async.hpp"
#include "storage/postgres/backoff.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace kinvault {

/// How soon a job that failed is tried again; never later than its interval says.
struct job_retries {
    std::chrono::milliseconds first{1000};
    std::chrono::milliseconds most{60000};
};

/// Every server process runs all jobs, so each has to be safe beside itself (`for update skip
/// locked`, advisory locks). A job that throws is tried again with growing pauses: a database that
/// is away fills no log, the first failure and the recovery are one line each.
class jobs {
  public:
    using milliseconds = std::chrono::milliseconds;
    /// One run. It is called again after it has ended, never twice at once.
    using work = std::function<task<void>()>;

    explicit jobs(asio::io_context& on, job_retries retries = {});
    ~jobs();
    jobs(jobs const&) = delete;
    jobs& operator=(jobs const&) = delete;

    /// Runs `what` once when the jobs start, and then `interval` after the end of each run. Comes
    /// before `start`. `name` is what the log says: "name failed".
    void every(milliseconds interval, std::string name, work what);
    /// Spawns all jobs on the event loop.
    void start();
    /// Begins no further run.
    void finish();
    /// Finishes and waits for what runs: for `grace`, then it is cancelled (its next await throws
    /// operation_aborted) and awaited to its end. What runs on a thread of `workers` is not cut
    /// off, so such work limits itself.
    task<void> stop(milliseconds grace);

  private:
    using timer =
        asio::basic_waitable_timer<std::chrono::steady_clock,
                                   asio::wait_traits<std::chrono::steady_clock>, executor>;
    struct job {
        job(asio::io_context& on, milliseconds interval, std::string name, work what,
            job_retries const& retries);

        milliseconds interval;
        std::string name;
        work what;
        timer pause;
        asio::cancellation_signal cancel;
        pg::backoff retry;
        bool failing = false;
    };

    task<void> run(job& one);
    task<void> run_once(job& one);
    milliseconds pause_of(job& one);
    void ended();

    asio::io_context& context_;
    job_retries retries_;
    std::vector<std::unique_ptr<job>> jobs_;
    timer all_ended_;
    std::size_t running_ = 0;
    bool stopping_ = false;
    std::minstd_rand random_{std::random_device{}()};
};

} // namespace kinvault
