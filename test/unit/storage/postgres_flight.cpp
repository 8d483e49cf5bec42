// Which answer belongs to whom, without a socket: the flight, prepared statements, the backoff.
#include <boost/test/unit_test.hpp>

#include "storage/postgres/backoff.hpp"
#include "storage/postgres/flight.hpp"
#include "storage/postgres/prepared.hpp"

#include <libpq-fe.h>

#include <random>

namespace {

using namespace kinvault::pg;

std::unique_ptr<request> make(bool prepares = false, char const* begin = nullptr) {
    auto made = std::make_unique<request>();
    made->prepares = prepares;
    made->begin = begin;
    return made;
}

result rows(int columns) {
    auto* const made = PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK);
    std::string name = "c";
    std::vector<PGresAttDesc> described(static_cast<std::size_t>(columns));
    for (auto& one : described) one.name = name.data();
    PQsetResultAttrs(made, columns, described.data());
    return result(made);
}

failure refused_with(char const* sqlstate) {
    failure why;
    why.sqlstate = sqlstate;
    why.stale_plan = why.sqlstate == "26000";
    why.error = std::make_exception_ptr(std::runtime_error(sqlstate));
    return why;
}

/// A request of one command that the server refuses.
std::unique_ptr<request> fly(flight& on, std::unique_ptr<request> what, char const* sqlstate) {
    on.push(std::move(what));
    on.refused(refused_with(sqlstate));
    on.separated();
    return on.synced();
}

} // namespace

BOOST_AUTO_TEST_SUITE(postgres_flight)

BOOST_AUTO_TEST_CASE(answers_go_to_the_one_whose_turn_it_is) {
    flight line;
    line.push(make());
    line.push(make());
    BOOST_TEST(line.size() == 2u);
    line.answered(rows(1));
    line.separated();
    auto const first = line.synced();
    line.answered(rows(2));
    line.separated();
    auto const second = line.synced();
    BOOST_TEST(first->answer.columns() == 1);
    BOOST_TEST(second->answer.columns() == 2);
    BOOST_TEST((line.settle(*second) == ending::done));
    BOOST_TEST(line.empty());
    BOOST_TEST((line.head() == nullptr));
}

BOOST_AUTO_TEST_CASE(only_the_last_command_answers) {
    flight line;
    line.push(make(true, "begin"));
    BOOST_TEST(!line.head()->at_prepare());
    line.answered(rows(1)); // BEGIN
    line.separated();
    BOOST_TEST(line.head()->at_prepare());
    line.answered(rows(2)); // PREPARE
    line.separated();
    BOOST_TEST(!line.head()->at_prepare());
    line.answered(rows(3));
    line.separated();
    BOOST_TEST(line.synced()->answer.columns() == 3);
}

BOOST_AUTO_TEST_CASE(the_first_failure_is_the_reason) {
    flight line;
    line.push(make(true));
    line.push(make());
    line.refused(refused_with("42P01"));
    line.separated();
    line.skipped();
    line.separated();
    auto const failed = line.synced();
    BOOST_TEST(failed->failed->sqlstate == "42P01");
    BOOST_TEST((line.settle(*failed) == ending::failed));
    line.answered(rows(1));
    line.separated();
    auto const next = line.synced();
    BOOST_TEST((line.settle(*next) == ending::done));
}

BOOST_AUTO_TEST_CASE(a_stale_plan_is_sent_once_more_but_not_in_a_transaction) {
    flight line;
    auto stale = fly(line, make(), "26000");
    BOOST_TEST((line.settle(*stale) == ending::send_unprepared));
    stale->unprepared = true;
    stale->reset();
    stale = fly(line, std::move(stale), "26000");
    BOOST_TEST((line.settle(*stale) == ending::failed));
    auto inside = make();
    inside->in_transaction = true;
    auto const failed = fly(line, std::move(inside), "26000");
    BOOST_TEST((line.settle(*failed) == ending::failed));
}

BOOST_AUTO_TEST_CASE(an_abandoned_one_is_dropped_whatever_its_answer) {
    flight line;
    line.push(make());
    line.head()->abandoned = true;
    line.answered(rows(1));
    line.separated();
    auto const left = line.synced();
    BOOST_TEST((line.settle(*left) == ending::abandoned));
    auto stale = make();
    stale->abandoned = true;
    auto const failed = fly(line, std::move(stale), "26000");
    BOOST_TEST((line.settle(*failed) == ending::abandoned));
}

BOOST_AUTO_TEST_CASE(those_that_share_a_sync_leave_before_it) {
    flight line;
    for (int i = 0; i < 3; ++i) {
        auto one = make();
        one->shares_sync = i < 2;
        line.push(std::move(one));
    }
    line.answered(rows(1));
    auto const first = line.separated();
    BOOST_TEST_REQUIRE(first);
    BOOST_TEST(first->answer.columns() == 1);
    line.answered(rows(2));
    auto const second = line.separated();
    BOOST_TEST_REQUIRE(second);
    BOOST_TEST((line.settle(*second) == ending::done));
    BOOST_TEST(!line.synced()); // theirs
    line.answered(rows(3));
    BOOST_TEST(!line.separated());
    auto const third = line.synced();
    BOOST_TEST_REQUIRE(third);
    BOOST_TEST(third->answer.columns() == 3);
    BOOST_TEST(line.empty());
}

BOOST_AUTO_TEST_CASE(what_is_skipped_for_anothers_failure_is_sent_alone) {
    flight line;
    for (int i = 0; i < 2; ++i) {
        auto one = make();
        one->shares_sync = true;
        line.push(std::move(one));
    }
    line.refused(refused_with("22012"));
    auto const failed = line.separated();
    BOOST_TEST_REQUIRE(failed);
    BOOST_TEST((line.settle(*failed) == ending::failed));
    line.skipped();
    auto const skipped = line.separated();
    BOOST_TEST_REQUIRE(skipped);
    BOOST_TEST((line.settle(*skipped) == ending::send_alone));
    skipped->abandoned = true;
    BOOST_TEST((line.settle(*skipped) == ending::abandoned));
    BOOST_TEST(!line.synced());
    skipped->reset();
    BOOST_TEST(!skipped->skipped);
}

BOOST_AUTO_TEST_CASE(a_cancel_may_hit_an_innocent) {
    flight line;
    auto const timed_out = fly(line, make(), "57014");
    BOOST_TEST((line.settle(*timed_out) == ending::failed));

    line.cancel_begun();
    auto hit = fly(line, make(), "57014");
    BOOST_TEST((line.settle(*hit) == ending::send_again));
    hit->sent_again = true;
    BOOST_TEST((line.settle(*hit) == ending::failed)); // once only

    // Sent before the cancel was dealt with, answered after.
    line.push(make());
    line.cancel_ended();
    BOOST_TEST(!line.cancelling());
    line.refused(refused_with("57014"));
    line.separated();
    auto const late = line.synced();
    BOOST_TEST((line.settle(*late) == ending::send_again));

    auto const after = fly(line, make(), "57014");
    BOOST_TEST((line.settle(*after) == ending::failed));
    line.cancel_begun();
    auto const other = fly(line, make(), "23505");
    BOOST_TEST((line.settle(*other) == ending::failed));
}

BOOST_AUTO_TEST_CASE(a_lost_connection_gives_everything_back) {
    flight line;
    line.push(make());
    line.push(make());
    auto const left = line.take();
    BOOST_TEST(left.size() == 2u);
    BOOST_TEST(left[0]->number < left[1]->number);
    BOOST_TEST(line.empty());
}

BOOST_AUTO_TEST_CASE(a_forgotten_preparation_gets_another_name) {
    prepared_statements known;
    auto& one = known.find("items.by_id");
    BOOST_TEST(one.wire_name == "items.by_id");
    BOOST_TEST(!one.there);
    one.there = true;
    BOOST_TEST(&known.find("items.by_id") == &one);
    prepared_statements::forget(one, 0);
    BOOST_TEST(!one.there);
    BOOST_TEST(one.wire_name == "items.by_id~1");
    // What still relied on the first one does not harm the second.
    one.there = true;
    prepared_statements::forget(one, 0);
    BOOST_TEST(one.there);
    BOOST_TEST(one.plan == 1u);
}

BOOST_AUTO_TEST_CASE(pauses_grow_up_to_a_limit_and_differ) {
    std::minstd_rand random(1);
    using ms = std::chrono::milliseconds;
    backoff pauses(ms(100), ms(1000));
    ms full(100);
    for (int i = 0; i < 20; ++i) {
        auto const pause = pauses.next(random);
        BOOST_TEST((pause >= full / 2 && pause <= full));
        full = std::min(full * 2, ms(1000));
    }
    pauses.reset();
    BOOST_TEST((pauses.next(random) <= ms(100)));
}

BOOST_AUTO_TEST_SUITE_END()
