#include "storage/postgres/errors.hpp"

namespace kinvault::pg {

database_error::database_error(std::string const& message, std::string_view sqlstate,
                               std::string_view constraint, std::string_view table, bool retryable)
    : std::runtime_error(message)
    , sqlstate_(sqlstate)
    , constraint_(constraint)
    , table_(table)
    , retryable_(retryable) {}

} // namespace kinvault::pg
