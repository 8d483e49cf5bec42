// The blob store that the settings name. Used by the application and by the operator's commands.
#pragma once

#include "config/settings.hpp"
#include "storage/blob/store.hpp"

#include <memory>

namespace kinvault {

/// `pool` runs what blocks and outlives the store.
std::unique_ptr<blob::store> make_store(config::settings const& settings, workers& pool);

} // namespace kinvault
