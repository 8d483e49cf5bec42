#include "storage/postgres/transaction.hpp"

#include "storage/postgres/errors.hpp"
#include "storage/postgres/initiate.hpp"
#include "storage/postgres/pool_core.hpp"

namespace kinvault::pg {

namespace {

statement const commit_statement{"", "commit", 0};

char const* begin_text(isolation level) {
    switch (level) {
    case isolation::read_committed:
        return "begin isolation level read committed";
    case isolation::repeatable_read:
        return "begin isolation level repeatable read";
    case isolation::serializable:
        return "begin isolation level serializable";
    case isolation::server_default:
        break;
    }
    return "begin";
}

} // namespace

lease::lease(std::shared_ptr<pool_core> from, std::shared_ptr<connection> lent) noexcept
    : from_(std::move(from))
    , lent_(std::move(lent)) {}

lease& lease::operator=(lease&& other) noexcept {
    if (this != &other) {
        give_back();
        from_ = std::move(other.from_);
        lent_ = std::move(other.lent_);
    }
    return *this;
}

lease::~lease() {
    give_back();
}

void lease::give_back() noexcept {
    if (lent_) from_->release(std::move(lent_));
    lent_.reset();
    from_.reset();
}

transaction::transaction(lease on, isolation level) noexcept : on_(std::move(on)), level_(level) {}

task<result> transaction::run(statement const& what, parameters values) {
    check_parameters(what, values);
    auto initiation = [this](awaiting<result> awaiter, statement const* what, parameters values) {
        char const* const begin = std::exchange(begun_, true) ? nullptr : begin_text(level_);
        on_.pool().run_on(on_.lent(), std::move(awaiter), what, std::move(values), begin);
    };
    return initiate<result>(initiation, &what, std::move(values));
}

task<void> transaction::commit() {
    if (!begun_) co_return;
    parameters none;
    auto const answer = co_await run(commit_statement, std::move(none));
    if (answer.tag() != "COMMIT") {
        throw database_error("an earlier error has rolled the transaction back", "25P02");
    }
}

} // namespace kinvault::pg
