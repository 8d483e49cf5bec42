#include "config/settings.hpp"

#include "config/declarations.hpp"
#include "config/flags.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <unistd.h>

namespace kinvault::config {
namespace {

constexpr std::string_view file_suffix = "_FILE";

/// What one source (flags, environment or file) says: name of the setting -> text.
struct layer {
    std::string name;
    std::map<std::string, std::string, std::less<>> entries;

    /// Empty counts as not set.
    std::string const* find(std::string_view key) const {
        auto it = entries.find(key);
        return it == entries.end() || trimmed(it->second).empty() ? nullptr : &it->second;
    }
};

/// The setting a name stands for: the name itself, or NAME_FILE of a secret. Null for others.
declaration const* setting_of(std::string_view name) {
    if (auto const* known = find_declaration(name)) return known;
    if (!name.ends_with(file_suffix)) return nullptr;
    auto const* known = find_declaration(name.substr(0, name.size() - file_suffix.size()));
    return known && known->secret ? known : nullptr;
}

std::optional<std::string> read_text_file(std::filesystem::path const& file, std::string& problem) {
    constexpr std::size_t largest = 1024 * 1024;
    std::error_code ec;
    if (std::filesystem::is_directory(file, ec)) {
        problem = "is a folder";
        return std::nullopt;
    }
    errno = 0;
    std::ifstream stream(file, std::ios::binary);
    std::string text(largest, '\0');
    if (stream) stream.read(text.data(), std::streamsize(text.size()));
    if (!stream.is_open() || stream.bad()) {
        problem = errno != 0 ? std::strerror(errno) : "cannot be read";
        return std::nullopt;
    }
    text.resize(std::size_t(stream.gcount()));
    if (text.size() == largest) {
        problem = "is too large";
        return std::nullopt;
    }
    return text;
}

/// `key = value` a line; `#` starts a comment line. Messages never quote a value.
layer read_file(std::string const& file, std::vector<std::string>& problems) {
    layer result{file, {}};
    std::string problem;
    auto text = read_text_file(file, problem);
    if (!text) {
        problems.push_back("--config: cannot read " + file + ": " + problem);
        return result;
    }
    std::string_view rest = *text;
    if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
    for (unsigned number = 1; !rest.empty(); ++number) {
        auto end = std::min(rest.find('\n'), rest.size());
        auto line = trimmed(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.empty() || line.starts_with('#')) continue;
        auto where = file + " line " + std::to_string(number) + ": ";
        auto equals = line.find('=');
        if (equals == std::string_view::npos) {
            problems.push_back(where + "is not of the form name = value");
            continue;
        }
        auto key = trimmed(line.substr(0, equals));
        auto name = environment_name(key);
        if (!setting_of(name))
            problems.push_back(where + "unknown setting " + in_quotes(key));
        else if (!result.entries.emplace(name, trimmed(line.substr(equals + 1))).second)
            problems.push_back(where + name + " is given twice");
    }
    return result;
}

layer from_environment(environment const& variables) {
    layer result{"environment", {}};
    for (auto const& [name, value] : variables)
        if (setting_of(name)) result.entries.emplace(name, value);
    return result;
}

/// The text of a secret that stands in a file of its own; one line feed at the end does not count.
std::optional<std::string> read_secret(std::string const& name, std::string const& file,
                                       std::vector<std::string>& problems) {
    std::string problem;
    auto text = read_text_file(file, problem);
    if (text && text->ends_with('\n')) text->pop_back();
    if (text && text->ends_with('\r')) text->pop_back();
    if (text && trimmed(*text).empty()) problem = "is empty";
    if (text && text->find('\0') != std::string::npos) problem = "is not a text";
    if (problem.empty()) return text;
    problems.push_back(name + ": cannot read the secret from " + file + ": " + problem);
    return std::nullopt;
}

/// The text that the highest layer gives for a setting, and which layer that is.
struct given {
    std::string text, source;
};
std::optional<given> look_up(declaration const& setting, std::vector<layer> const& layers,
                             std::vector<std::string>& problems, bool& failed) {
    std::string name(setting.name), file_name = name + std::string(file_suffix);
    for (auto const& from : layers) {
        auto const* text = from.find(name);
        auto const* file = setting.secret ? from.find(file_name) : nullptr;
        if (text && file) {
            problems.push_back(name + ": " + file_name + " is set as well; keep one of them");
            failed = true;
            return std::nullopt;
        }
        if (text) return given{std::string(setting.secret ? *text : trimmed(*text)), from.name};
        if (!file) continue;
        auto secret = read_secret(file_name, std::string(trimmed(*file)), problems);
        failed = !secret;
        return secret ? std::optional<given>({*secret, from.name}) : std::nullopt;
    }
    return std::nullopt;
}

void apply(declaration const& setting, std::vector<layer> const& layers, loaded& result) {
    bool failed = false;
    auto found = look_up(setting, layers, result.problems, failed);
    if (failed) return;
    std::string name(setting.name);
    result.sources[name] = found ? found->source : "default";
    if (!found) return;
    if (auto wrong = setting.read(found->text, result.values)) {
        auto value = setting.secret ? "the given value" : in_quotes(wrong->value);
        auto line = name + ": " + value + " is not " + wrong->expected;
        bool from_file = found->source != "flag" && found->source != "environment";
        result.problems.push_back(from_file ? line + " (in " + found->source + ")" : line);
    }
}

/// What only shows when all settings are known.
void check_together(loaded& result) {
    auto& values = result.values;
    if (result.sources["BLOB_STORE"] == "default" && !values.s3_endpoint_url.empty())
        values.blob_store = blob_store_kind::s3;
    // Three parts are in flight while a fourth is filled: less would stop the first upload for
    // ever.
    constexpr std::uint64_t parts_of_an_upload = 4;
    if (values.blob_store == blob_store_kind::s3 &&
        values.upload_memory / parts_of_an_upload < values.s3_part_size)
        result.problems.push_back("UPLOAD_MEMORY: must be at least four times S3_PART_SIZE");
    constexpr std::uint64_t most_parts = 10'000; // of a multipart upload, says S3
    if (values.blob_store == blob_store_kind::s3 &&
        values.max_file_size / most_parts > values.s3_part_size)
        result.problems.push_back("S3_PART_SIZE: is too small for files of MAX_FILE_SIZE, an S3 "
                                  "upload has at most 10000 parts");
}

} // namespace

settings::settings() {
    blob_store = blob_store_kind::folder; // the only one whose default depends on another
    for (auto const& setting : declarations())
        if (!setting.fallback.empty()) setting.read(setting.fallback, *this);
}

environment process_environment() {
    environment result;
    for (char** entry = environ; *entry; ++entry) {
        std::string_view text(*entry);
        auto equals = text.find('=');
        if (equals == std::string_view::npos) continue;
        result.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return result;
}

loaded load(int argc, char const* const* argv, environment const& variables,
            std::vector<extra_option> const& extra) {
    loaded result;
    std::vector<layer> layers;
    auto flags = parse_flags(argc, argv, extra, result);
    layers.push_back({"flag", std::move(flags.settings)});
    layers.push_back(from_environment(variables));
    if (!flags.config_file.empty()) layers.push_back(read_file(flags.config_file, result.problems));
    for (auto const& setting : declarations()) apply(setting, layers, result);
    check_together(result);
    return result;
}

} // namespace kinvault::config
