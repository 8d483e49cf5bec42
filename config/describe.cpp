// The table of settings as text: check-config, the example file, the documentation.
#include "config/declarations.hpp"
#include "config/settings.hpp"

#include <algorithm>

namespace kinvault::config {
namespace {

/// Breaks a text into lines of at most `width` that begin with `prefix`.
std::string wrapped(std::string_view text, std::string const& prefix, std::size_t width) {
    std::string result, line = prefix;
    while (!text.empty()) {
        auto end = std::min(text.find(' '), text.size());
        auto word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.size() + word.size() > width) {
            result += line.substr(0, line.size() - 1) + "\n";
            line = prefix;
        }
        line += std::string(word) + " ";
    }
    return result + line.substr(0, line.size() - 1) + "\n";
}

std::string capitalised(std::string_view text) {
    std::string result(text);
    if (result[0] >= 'a' && result[0] <= 'z') result[0] = char(result[0] - 'a' + 'A');
    return result;
}

} // namespace

std::string describe_values(loaded const& from) {
    constexpr std::size_t name_width = 30, value_width = 40;
    std::string result;
    std::string_view group;
    for (auto const& setting : declarations()) {
        if (setting.group != group) {
            group = setting.group;
            result += (result.empty() ? "# " : "\n# ") + std::string(group) + "\n";
        }
        auto value = setting.show(from.values);
        if (value.empty())
            value = "(not set)";
        else if (setting.secret)
            value = "(set)";
        std::string line(setting.name);
        line.resize(std::max(line.size() + 1, name_width), ' ');
        line += value;
        line.resize(std::max(line.size() + 2, name_width + value_width), ' ');
        auto source = from.sources.find(setting.name);
        line += source == from.sources.end() ? "?" : source->second;
        result += line + "\n";
    }
    return result;
}

std::string describe_example() {
    constexpr std::size_t width = 100;
    std::string result =
        "# Settings of kinvault, for `kinvault serve --config FILE`. Every setting is also a flag\n"
        "# (--session-expiry-hours) and an environment variable (SESSION_EXPIRY_HOURS); flags win\n"
        "# over the environment, the environment over this file. What is commented out shows the\n"
        "# default. Sizes are bytes, or take K, M, G or T. A `#` only starts a comment at the "
        "start\n"
        "# of a line. Secrets may stand in files of their own: secret_key_file = /path.\n";
    std::string_view group;
    for (auto const& setting : declarations()) {
        if (setting.group != group) {
            group = setting.group;
            result += "\n# ===== " + std::string(group) + " =====\n";
        }
        auto name = lower(setting.name);
        result += "\n" + wrapped(capitalised(setting.help) + ".", "# ", width);
        if (setting.secret) result += "#" + name + "_file =\n";
        result += "#" + name + " =";
        if (!setting.fallback.empty()) result += " " + std::string(setting.fallback);
        result += "\n";
    }
    return result;
}

std::string describe_markdown() {
    std::string result;
    std::string_view group;
    for (auto const& setting : declarations()) {
        if (setting.group != group) {
            group = setting.group;
            result += (result.empty() ? "## " : "\n## ") + std::string(group) + "\n\n";
            result += "| setting | value | default | meaning |\n|---|---|---|---|\n";
        }
        std::string hint(setting.hint);
        for (std::size_t at = 0; (at = hint.find('|', at)) != std::string::npos; at += 2)
            hint.insert(at, "\\");
        auto fallback = setting.fallback.empty() ? "" : "`" + std::string(setting.fallback) + "`";
        result += "| `" + std::string(setting.name) + "`" +
                  (setting.secret ? ", `" + std::string(setting.name) + "_FILE`" : "") + " | " +
                  hint + " | " + fallback + " | " + std::string(setting.help) + " |\n";
    }
    return result;
}

} // namespace kinvault::config
