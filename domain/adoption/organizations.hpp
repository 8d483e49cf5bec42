// The organisations of a vault page by page, with their wrapped keys. Used by the taking over and
// by its dry run.
#pragma once

#include "storage/postgres/direct.hpp"

#include <boost/describe/class.hpp>

#include <string>
#include <vector>

namespace kinvault::domain::adoption {

struct organization_row {
    std::string id;
    std::string name;
    std::string encryption_key_enc;
};
BOOST_DESCRIBE_STRUCT(organization_row, (), (id, name, encryption_key_enc))

class organization_pages {
  public:
    explicit organization_pages(pg::direct_connection& db) : db_(db) {}
    /// Empty at the end.
    task<std::vector<organization_row>> next();

  private:
    pg::direct_connection& db_;
    std::string last_;
};

} // namespace kinvault::domain::adoption
