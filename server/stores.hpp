// The blob store that the settings name. Used by the application and by the operator's commands.
#pragma once

#include "config/settings.hpp"
#include "storage/blob/store.hpp"

#include <memory>
#include <string>
#include <vector>

namespace kinvault {

/// `pool` runs what blocks and outlives the store.
std::unique_ptr<blob::store> make_store(config::settings const& settings, workers& pool);

/// The store that an operator names: `settings` (that of `settings`), `folder:PATH`, `s3:BUCKET`
/// (on the S3 server of `settings`) or `config:FILE` (that of another file of settings). Null, and
/// a line in `problems`, when there is none of that name.
std::unique_ptr<blob::store> make_store(std::string const& name, config::settings const& settings,
                                        workers& pool, std::vector<std::string>& problems);

} // namespace kinvault
