// The catalogue as clients see it, with the number of items of the active organisation in each
// place.
#pragma once

#include "config/catalogue.hpp"
#include "domain/access.hpp"
#include "domain/categories/schema.hpp"
#include "storage/postgres/pool.hpp"

#include <map>

namespace kinvault::domain::categories {

class service {
  public:
    service(pg::pool& db, config::catalogue const& catalogue);

    /// In the order of the catalogue.
    task<std::vector<category_summary>> list(caller who);
    /// 404 for a slug the catalogue does not have.
    task<category> get(caller who, std::string slug);

  private:
    using counts = std::map<std::pair<std::string, std::string>, std::int64_t>;
    task<counts> count(caller who);

    pg::pool& db_;
    /// The catalogue with no items counted, in its wire form.
    std::vector<category> categories_;
};

} // namespace kinvault::domain::categories
