// Takes mail out of the outbox and hands it to the mail server. Used by the job of every server
// process that has one.
//
// What holds: a mail is claimed for the time of a lease and the claim is committed before anything
// is sent, so no two servers send one mail at once. When the mail server has taken it, that is
// recorded. Only if this process dies between the two, or the answer to the last byte is lost, is
// the mail sent again, with the same Message-ID: at least once, and twice only then.
#pragma once

#include "crypto/sealing.hpp"
#include "domain/mail/transport.hpp"
#include "storage/postgres/backoff.hpp"
#include "storage/postgres/pool.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>

namespace kinvault::domain::mail {

struct postman_options {
    /// Longer than any attempt takes. After a crash in the midst of one, the mail waits for so
    /// long.
    std::chrono::seconds lease{300};
    /// Pauses of a mail that the server put off: greylisting wants minutes (RFC 5321, 4.5.4.1).
    std::chrono::milliseconds first_pause{30'000};
    std::chrono::milliseconds longest_pause{3'600'000};
    /// Pauses while the mail server is out of reach.
    std::chrono::milliseconds first_away{1000};
    std::chrono::milliseconds longest_away{60'000};
};

/// How long a mail waits that was put off for the `attempts`th time: twice as long each time, drawn
/// from the upper half.
template <class Random>
std::chrono::milliseconds pause_after(std::int64_t attempts, postman_options const& options,
                                      Random& random) {
    pg::backoff pauses(options.first_pause, options.longest_pause);
    auto pause = pauses.next(random);
    for (std::int64_t i = 1; i < std::min<std::int64_t>(attempts, 32); ++i) {
        pause = pauses.next(random);
    }
    return pause;
}

class postman {
  public:
    postman(pg::pool& db, crypto::sealing_key const& key, transport& way,
            postman_options options = {});

    /// Sends all that is due, one after the other. Says in the log when the mail server goes away
    /// and when it is back, once each.
    task<void> deliver_due();
    /// Forgets what was sent or given up a month ago.
    task<void> clean();
    /// Begins no further attempt.
    void finish() { finished_ = true; }

  private:
    struct claimed_row;
    using clock = std::chrono::steady_clock;

    task<std::optional<claimed_row>> claim();
    task<void> deliver(claimed_row mail);
    task<void> settle(claimed_row const& mail, delivery result);
    task<void> record_sent(std::string id, std::string claim);
    task<void> put_off(claimed_row const& mail, std::int64_t attempts,
                       std::chrono::milliseconds pause, std::string why);
    task<void> give_up(claimed_row const& mail, std::string why);
    void is_away(std::string const& why);
    void is_there();

    pg::pool& db_;
    crypto::sealing_key const& key_;
    transport& way_;
    postman_options options_;
    pg::backoff away_;
    bool reachable_ = true;
    clock::time_point not_before_ = clock::time_point::min();
    bool finished_ = false;
    std::minstd_rand random_{std::random_device{}()};
};

} // namespace kinvault::domain::mail
