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
    // Cannot happen: something before it failed and said why. If it does, it is an error.
    if (!head.failed) {
        failure why;
        why.error = std::make_exception_ptr(std::logic_error("a statement was skipped"));
        head.failed = std::move(why);
    }
}

void flight::separated() {
    ++requests_.front()->commands_answered;
}

std::unique_ptr<request> flight::synced() {
    auto head = std::move(requests_.front());
    requests_.pop_front();
    return head;
}

ending flight::settle(request const& left) const {
    if (left.abandoned) return ending::abandoned;
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
