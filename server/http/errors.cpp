#include "server/http/errors.hpp"

#include "domain/error.hpp"
#include "domain/items/version.hpp"
#include "domain/schema/write.hpp"
#include "storage/blob/store.hpp"
#include "storage/postgres/errors.hpp"
#include "storage/workers.hpp"

#include <boost/json/serialize.hpp>
#include <spdlog/spdlog.h>

namespace kinvault::http {

namespace {

response unavailable(int seconds) {
    auto reply = response::error(503, "Service Unavailable");
    reply.set("Retry-After", std::to_string(seconds));
    return reply;
}

response report_of(domain::invalid_input const& error) {
    boost::json::array entries;
    for (auto const& fault : error.faults()) {
        boost::json::object entry{{"type", fault.type},
                                  {"loc", fault.place},
                                  {"msg", fault.message},
                                  {"input", fault.input}};
        if (!fault.context.empty()) entry["ctx"] = fault.context;
        entries.push_back(std::move(entry));
    }
    return response::json(422, boost::json::serialize(boost::json::object{{"detail", entries}}));
}

/// With the item as it is, so that the client can show or merge it and try again.
response mismatch_answer(domain::items::version_mismatch const& error) {
    domain::items::changed_item const answer{error.current(), error.what()};
    auto reply = response::json(412, {});
    schema::write(reply.body, answer);
    reply.set("ETag", "\"" + domain::items::version_of(answer) + "\"");
    return reply;
}

/// What the statements of the modules let through. The checks before them should leave nothing to
/// this; a value that PostgreSQL refuses is the client's all the same.
response database_answer(pg::database_error const& error, std::string const& request_id) {
    auto const state = error.sqlstate();
    spdlog::error("{} database error {}: {}", request_id, state, error.what());
    if (state == "23505" || state == "40001" || state == "40P01")
        return response::error(409, "Conflict");
    if (state == "23503") return response::error(409, "Conflict");
    if (state.starts_with("22")) return response::error(400, "A value cannot be stored");
    return response::error(500, "Internal Server Error");
}

} // namespace

response answer_for(std::exception_ptr error, std::string const& request_id) {
    try {
        std::rethrow_exception(error);
    } catch (domain::failure const& refusal) {
        return response::error(refusal.status(), refusal.detail());
    } catch (domain::items::version_mismatch const& mismatch) {
        return mismatch_answer(mismatch);
    } catch (domain::invalid_input const& invalid) {
        return report_of(invalid);
    } catch (bad_request const& bad) {
        auto reply = response::error(bad.status(), bad.what());
        reply.close = true;
        return reply;
    } catch (too_many_requests const& refused) {
        auto reply = response::error(429, "Too many requests");
        reply.set("Retry-After", std::to_string(refused.seconds()));
        return reply;
    } catch (overloaded const&) {
        spdlog::warn("{} too much work is queued", request_id);
        return unavailable(1);
    } catch (pg::unavailable const& away) {
        spdlog::warn("{} database unavailable: {}", request_id, away.what());
        return unavailable(2);
    } catch (pg::statement_timeout const& late) {
        spdlog::warn("{} statement timeout: {}", request_id, late.what());
        return response::error(504, "Gateway Timeout");
    } catch (pg::database_error const& refused) {
        return database_answer(refused, request_id);
    } catch (blob::store_error const& broken) {
        spdlog::error("{} file store: {}", request_id, broken.what());
        return unavailable(5);
    } catch (std::exception const& unexpected) {
        spdlog::error("{} internal error: {}", request_id, unexpected.what());
    }
    return response::error(500, "Internal Server Error");
}

} // namespace kinvault::http
