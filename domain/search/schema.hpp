// What goes over the wire to search (contract, section 5). The answer is a page of items.
#pragma once

#include "domain/items/schema.hpp"

namespace kinvault::domain::search {

struct search_query {
    schema::text<schema::unlimited, 1> q;
};
BOOST_DESCRIBE_STRUCT(search_query, (), (q))

} // namespace kinvault::domain::search
