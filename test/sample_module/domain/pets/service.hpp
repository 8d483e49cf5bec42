// The pets of an organisation. Used by the routes.
#pragma once

#include "domain/access.hpp"
#include "domain/pets/schema.hpp"
#include "storage/postgres/pool.hpp"

#include <string>
#include <vector>

namespace kinvault::domain::pets {

class service {
  public:
    explicit service(pg::pool& db) : db_(db) {}

    /// By name.
    task<std::vector<pet>> list(caller who);
    task<pet> create(caller who, create_pet sent);
    task<void> remove(caller who, std::string id);

  private:
    pg::pool& db_;
};

} // namespace kinvault::domain::pets
