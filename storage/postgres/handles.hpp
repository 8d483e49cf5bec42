// RAII for the C objects of libpq. Used inside storage/postgres only.
#pragma once

#include <libpq-fe.h>

#include <memory>

namespace kinvault::pg {

struct pq_delete {
    void operator()(PGconn* p) const noexcept { PQfinish(p); }
    void operator()(PGcancel* p) const noexcept { PQfreeCancel(p); }
    void operator()(PQconninfoOption* p) const noexcept { PQconninfoFree(p); }
    void operator()(char* p) const noexcept { PQfreemem(p); }
};

using connection_handle = std::unique_ptr<PGconn, pq_delete>;
using cancel_handle = std::unique_ptr<PGcancel, pq_delete>;
using conninfo_handle = std::unique_ptr<PQconninfoOption, pq_delete>;
using text_handle = std::unique_ptr<char, pq_delete>;

} // namespace kinvault::pg
