#include "storage/postgres/flight.hpp"

#include <utility>

namespace kinvault::pg {

void flight::push(std::unique_ptr<request> sent) {
    sent->number = ++last_number_;
    requests_.push_back(std::move(sent));
}

void flight::answered(result answer) {
    auto& head = *requests_.front();
    // Only the last command's answer counts; BEGIN and PREPARE come before it.
    if (head.commands_answered == head.commands() - 1 && !head.failed) {
        head.answer = std::move(answer);
    }
}

void flight::refused(failure why) {
    auto& head = *requests_.front();
    if (!head.failed) head.failed = std::move(why);
}

void flight::skipped() {
    auto& head = *requests_.front();
    if (head.shares_sync) {
        head.skipped = true;
    } else if (!head.failed) {
        // Cannot happen: something before it failed and said why. If it does, it is an error.
        failure why;
        why.error = std::make_exception_ptr(std::logic_error("a statement was skipped"));
        head.failed = std::move(why);
    }
}

std::unique_ptr<request> flight::separated() {
    auto& head = *requests_.front();
    ++head.commands_answered;
    return head.shares_sync && head.all_answered() ? leave() : nullptr;
}

std::unique_ptr<request> flight::synced() {
    // Those that share a sync have left before it: the head has been sent after it.
    auto const* const next = head();
    return next && !next->shares_sync && next->all_answered() ? leave() : nullptr;
}

std::unique_ptr<request> flight::leave() {
    auto head = std::move(requests_.front());
    requests_.pop_front();
    return head;
}

ending flight::settle(request const& left) const {
    if (left.abandoned) return ending::abandoned;
    if (left.skipped) return ending::send_alone;
    if (!left.failed) return ending::done;
    if (left.in_transaction) return ending::failed;
    if (left.failed->stale_plan && !left.unprepared) return ending::send_unprepared;
    bool const in_range = cancelling() || left.number <= cancel_horizon_;
    if (left.failed->sqlstate == "57014" && in_range && !left.sent_again) {
        return ending::send_again;
    }
    return ending::failed;
}

void flight::cancel_ended() {
    --cancels_;
    cancel_horizon_ = last_number_;
}

std::deque<std::unique_ptr<request>> flight::take() {
    return std::exchange(requests_, {});
}

} // namespace kinvault::pg
