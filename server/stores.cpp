#include "server/stores.hpp"

#include "storage/blob/s3/store.hpp"

#include <array>

namespace kinvault {

namespace {

blob::s3::options s3_options(config::settings const& from) {
    blob::s3::options options;
    options.endpoint_url = from.s3_endpoint_url;
    options.bucket = from.s3_bucket;
    if (!from.s3_region.empty()) options.region = from.s3_region;
    options.keys.access_key = from.s3_access_key;
    options.keys.secret_key = from.s3_secret_key;
    options.path_style = from.s3_path_style;
    options.ca_file = from.s3_ca_file;
    options.part_size = static_cast<std::size_t>(from.s3_part_size);
    options.upload_memory = static_cast<std::size_t>(from.upload_memory);
    return options;
}

/// The settings of another file, and of nothing else.
config::settings read_settings(std::string const& file, std::vector<std::string>& problems) {
    std::array<char const*, 3> const words{"kinvault", "--config", file.c_str()};
    auto loaded = config::load(int(words.size()), words.data(), {});
    problems.insert(problems.end(), loaded.problems.begin(), loaded.problems.end());
    return loaded.values;
}

config::settings choose(std::string const& name, config::settings settings,
                        std::vector<std::string>& problems) {
    auto const colon = name.find(':');
    auto const kind = name.substr(0, colon);
    auto const rest = colon == name.npos ? std::string() : name.substr(colon + 1);
    if (name == "settings") return settings;
    if (kind == "folder" && !rest.empty()) {
        settings.blob_store = config::blob_store_kind::folder;
        settings.blob_dir = rest;
    } else if (kind == "s3" && !rest.empty()) {
        settings.blob_store = config::blob_store_kind::s3;
        settings.s3_bucket = rest;
    } else if (kind == "config" && !rest.empty()) {
        return read_settings(rest, problems);
    } else {
        problems.push_back("\"" + name +
                           "\" is no store: settings, folder:PATH, s3:BUCKET or config:FILE");
    }
    return settings;
}

} // namespace

std::unique_ptr<blob::store> make_store(config::settings const& settings, workers& pool) {
    if (settings.blob_store == config::blob_store_kind::s3) {
        return blob::make_s3_store(s3_options(settings), pool);
    }
    return blob::make_folder_store(settings.blob_dir, pool);
}

std::unique_ptr<blob::store> make_store(std::string const& name, config::settings const& settings,
                                        workers& pool, std::vector<std::string>& problems) {
    auto const before = problems.size();
    auto chosen = choose(name, settings, problems);
    if (problems.size() == before) {
        for (auto& problem : config::check_store(chosen)) problems.push_back(name + ": " + problem);
    };
    return problems.size() == before ? make_store(chosen, pool) : nullptr;
}

} // namespace kinvault
