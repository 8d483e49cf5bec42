#include "domain/pets/service.hpp"

#include "sql/statements.hpp"

namespace kinvault::domain::pets {

namespace {
constexpr std::string_view pet_not_found = "Pet not found";
}

task<std::vector<pet>> service::list(caller who) {
    pg::parameters parameters(who.token_hash, who.org_id);
    auto const result = co_await db_.run(sql::pets::list, std::move(parameters));
    admit(who, result);
    co_return found_rows<pet>(result);
}

task<pet> service::create(caller who, create_pet sent) {
    pg::parameters parameters(who.token_hash, who.org_id, sent.name, sent.born);
    auto const result = co_await db_.run(sql::pets::create, std::move(parameters));
    admit(who, result);
    co_return found_row<pet>(result, pet_not_found);
}

task<void> service::remove(caller who, std::string id) {
    pg::parameters parameters(who.token_hash, who.org_id, id);
    auto const result = co_await db_.run(sql::pets::remove, std::move(parameters));
    admit(who, result);
    if (!found(result)) refuse(404, pet_not_found);
}

} // namespace kinvault::domain::pets
