// What a store shares with its readers, its writers and what these leave running in the background.
// Used within storage/blob/s3.
#pragma once

#include "storage/blob/memory_budget.hpp"
#include "storage/blob/s3/client.hpp"
#include "storage/workers.hpp"

namespace kinvault::blob::s3 {

struct core {
    core(options settings, workers& pool)
        : client(std::move(settings))
        , memory(client.settings().upload_memory)
        , pool(pool) {}

    s3::client client;
    memory_budget memory;
    workers& pool;
};

} // namespace kinvault::blob::s3
