#include "storage/postgres/connection.hpp"

#include "storage/postgres/errors.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace kinvault::pg {

namespace {

/// Reads that share a sync: most of what that saves is saved, and the first of them does not wait
/// long for the last one's answer.
constexpr int most_sharing = 8;

} // namespace

connection::connection(executor const& on, connection_handle established, connection_owner& owner,
                       role purpose, std::uint64_t id)
    : purpose(purpose)
    , id(id)
    , handle_(std::move(established))
    , owner_(&owner)
    , socket_(on) {}

connection::~connection() {
    close();
}

void connection::open() {
    if (PQenterPipelineMode(handle_.get()) != 1) {
        throw unavailable(connection_message(handle_.get()));
    }
    socket_.assign(PQsocket(handle_.get()));
    wait_readable();
}

std::deque<std::unique_ptr<request>> connection::close() noexcept {
    if (closed()) return {};
    owner_ = nullptr;
    // libpq closes the socket; the reactor has to forget it first.
    boost::system::error_code ignored;
    try {
        if (socket_.is_open()) socket_.release();
    } catch (std::exception const&) {
        socket_.cancel(ignored);
    }
    handle_.reset();
    return flight_.take();
}

void connection::fail(std::string const& reason, std::unique_ptr<request> unsent) {
    if (closed()) return;
    auto const self = shared_from_this();
    auto* const owner = owner_;
    auto sent = close();
    owner->lost(*this, reason, std::move(sent), std::move(unsent));
}

bool connection::clean() const noexcept {
    return !closed() && flight_.empty() && !flight_.cancelling() &&
           PQtransactionStatus(handle_.get()) == PQTRANS_IDLE;
}

bool connection::is_slow() const noexcept {
    return !flight_.empty() && now_ - head_since_ > std::chrono::milliseconds(150);
}

int connection::together() const noexcept {
    auto const* const head = flight_.head();
    if (!head || !head->shares_sync) return 1;
    return std::min(static_cast<int>(flight_.size()), most_sharing);
}

cancel_handle connection::make_cancel() const noexcept {
    return cancel_handle(closed() ? nullptr : PQgetCancel(handle_.get()));
}

std::string connection::end_reason() const {
    if (!last_words_.empty()) return last_words_;
    auto message = handle_ ? connection_message(handle_.get()) : std::string();
    return message.empty() ? "the connection was lost" : message;
}

// --- sending ---

void connection::send(std::unique_ptr<request> what) {
    auto& sent = *what;
    sent.on = this;
    ++sent.sendings;
    if (flight_.empty()) head_since_ = now_;
    bool const shares = may_share(sent);
    if (!shares && !end_shared()) {
        auto const reason = end_reason();
        return fail(reason, std::move(what));
    }
    bool any_put = false;
    bool const whole = put(sent, any_put);
    if (!whole && !any_put) {
        auto const reason = end_reason();
        return fail(reason, std::move(what));
    }
    // Half a request counts as sent, and so does one that is still in libpq's buffer: libpq may
    // write that at any time.
    sent.shares_sync = shares;
    flight_.push(std::move(what));
    if (!whole) {
        auto const reason = end_reason();
        return fail(reason);
    }
    if (shares && sharing_++ == 0) begin_shared();
    bool const wait_for_more = shares && sharing_ < most_sharing;
    if (!wait_for_more) sync_or_fail();
}

/// Statements that only read and that the server knows already: nothing is lost when one fails and
/// the others have to be sent again.
bool connection::may_share(request const& what) {
    if (purpose != role::shared || !what.what->reads) return false;
    if (what.alone || what.unprepared || what.sent_again) return false;
    return prepared_.find(what.what->name).there;
}

void connection::begin_shared() {
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
        if (self->sharing_ > 0 && !self->closed()) self->sync_or_fail();
    });
}

bool connection::end_shared() {
    return sharing_ == 0 || put_sync();
}

void connection::sync_or_fail() {
    if (put_sync()) return;
    auto const reason = end_reason();
    fail(reason);
}

/// Hands the commands of a request to libpq's buffer.
bool connection::put(request& what, bool& any_put) {
    auto* const pq = handle_.get();
    if (what.begin) {
        if (!PQsendQueryParams(pq, what.begin, 0, nullptr, nullptr, nullptr, nullptr, 0)) {
            return false;
        }
        any_put = true;
    }
    constexpr int few = 32;
    char const* on_stack[few];
    std::vector<char const*> on_heap;
    int const count = what.values.count();
    char const** values = on_stack;
    if (count > few) {
        on_heap.resize(static_cast<std::size_t>(count));
        values = on_heap.data();
    }
    what.values.pointers(values);

    // A stale plan may be that of another whose PREPARE failed, and so might the next one be: with
    // the text sent along, the statement gets the answer that is its own.
    if (what.what->name.empty() || what.unprepared) {
        return PQsendQueryParams(pq, what.what->text.data(), count, nullptr, values, nullptr,
                                 nullptr, 0) == 1;
    }
    auto& entry = prepared_.find(what.what->name);
    what.prepared = &entry;
    what.plan = entry.plan;
    char const* const name = entry.wire_name.c_str();
    if (!entry.there) {
        if (!PQsendPrepare(pq, name, what.what->text.data(), 0, nullptr)) return false;
        any_put = true;
        what.prepares = true;
        entry.there = true;
    }
    return PQsendQueryPrepared(pq, name, count, values, nullptr, nullptr, 0) == 1;
}

bool connection::put_sync() {
    ++syncs_due_;
    sharing_ = 0;
#ifdef LIBPQ_HAS_SEND_PIPELINE_SYNC
    // libpq 17 and later: what is sent in one turn of the event loop goes out in one write.
    if (PQsendPipelineSync(handle_.get()) != 1) return false;
    flush_later();
    return true;
#else
    // libpq 16 and earlier write with each sync.
    if (PQpipelineSync(handle_.get()) != 1) return false;
    flush();
    return true;
#endif
}

void connection::flush_later() {
    if (flush_posted_ || writing_) return;
    flush_posted_ = true;
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
        self->flush_posted_ = false;
        if (!self->closed()) self->flush();
    });
}

void connection::flush() {
    if (writing_) return;
    // An error shows when reading, together with what the server said before it closed.
    if (PQflush(handle_.get()) == 1) wait_writable();
}

void connection::wait_writable() {
    writing_ = true;
    socket_.async_wait(
        pq_descriptor::wait_write,
        [self = shared_from_this()](boost::system::error_code error) { self->on_writable(error); });
}

void connection::on_writable(boost::system::error_code error) {
    writing_ = false;
    if (closed() || error == asio::error::operation_aborted) return;
    flush();
}

// --- receiving ---

void connection::wait_readable() {
    socket_.async_wait(
        pq_descriptor::wait_read,
        [self = shared_from_this()](boost::system::error_code error) { self->on_readable(error); });
}

void connection::on_readable(boost::system::error_code error) {
    if (closed() || error == asio::error::operation_aborted) return;
    if (error) return fail(error.message());
    bool const alive = PQconsumeInput(handle_.get()) == 1;
    // At the end, too: answers may have come before it, and the server's reason for it.
    take_answers();
    if (closed()) return;
    if (!alive || dying_ || PQstatus(handle_.get()) == CONNECTION_BAD) {
        auto const reason = end_reason();
        return fail(reason);
    }
    wait_readable();
    owner_->turned(*this);
}

void connection::take_answers() {
    // PQisBusy parses; it is asked even when nothing is expected, for notices and farewells.
    auto const expected = [this] { return !flight_.empty() || syncs_due_ > 0; };
    while (!PQisBusy(handle_.get()) && expected() && !dying_) {
        auto* const next = PQgetResult(handle_.get());
        if (next) {
            take_result(result(next));
        } else if (!flight_.empty()) {
            leave(flight_.separated());
        }
        if (closed()) return;
    }
}

void connection::take_result(result answer) {
    switch (PQresultStatus(answer.native())) {
    case PGRES_PIPELINE_SYNC:
        --syncs_due_;
        return leave(flight_.synced());
    case PGRES_PIPELINE_ABORTED:
        if (flight_.head()->at_prepare()) forget_stale(*flight_.head());
        return flight_.skipped();
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
        return flight_.answered(std::move(answer));
    case PGRES_COPY_IN:
    case PGRES_COPY_OUT:
    case PGRES_COPY_BOTH:
        return fail("COPY is not possible here");
    default:
        break;
    }
    auto& head = *flight_.head();
    auto why = failure_of(answer, head.abandoned ? std::string_view() : head.what->name);
    if (why.fatal) {
        dying_ = true;
        last_words_ = one_line(PQresultErrorMessage(answer.native()));
    }
    if (head.at_prepare() || why.stale_plan) forget_stale(head);
    flight_.refused(std::move(why));
    // What would be sent before that sync would be skipped.
    if (sharing_ > 0) sync_or_fail();
}

void connection::forget_stale(request& left) {
    if (left.prepared) prepared_statements::forget(*left.prepared, left.plan);
}

void connection::leave(std::unique_ptr<request> head) {
    if (!head) return;
    head_since_ = now_;
    auto const how = flight_.settle(*head);
    owner_->finished(*this, std::move(head), how);
}

} // namespace kinvault::pg
