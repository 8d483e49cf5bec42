#include "config/flags.hpp"

#include "config/declarations.hpp"

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>

#include <algorithm>
#include <sstream>

namespace kinvault::config {
namespace po = boost::program_options;
namespace {

constexpr unsigned line_length = 100;

po::options_description make_group(std::string_view title) {
    return po::options_description(std::string(title), line_length, line_length / 2);
}

po::value_semantic* value_named(std::string_view hint) {
    return po::value<std::string>()->value_name(std::string(hint));
}

void add_general(po::options_description& into) {
    auto add = into.add_options();
    add("help,h", "what you read now");
    add("version,V", "the version");
    add("config", value_named("FILE"), "read settings from this file too (name = value lines)");
}

void add_extra(po::options_description& into, std::vector<extra_option> const& extra) {
    auto add = into.add_options();
    for (auto const& option : extra) {
        if (option.takes_value)
            add(option.name.c_str(), value_named("VALUE"), option.help.c_str());
        else
            add(option.name.c_str(), option.help.c_str());
    }
}

void add_setting(po::options_description& into, declaration const& setting) {
    auto flag = flag_name(setting.name);
    std::string help(setting.help);
    if (!setting.fallback.empty()) help += " (default " + std::string(setting.fallback) + ")";
    into.add_options()(flag.c_str(), value_named(setting.hint), help.c_str());
    if (!setting.secret) return;
    auto file_help = "read " + std::string(setting.name) + " from this file: nobody sees it there";
    into.add_options()((flag + "-file").c_str(), value_named("FILE"), file_help.c_str());
}

/// Calls `f(group)` for each group of the table, in order.
template <class F>
void for_each_group(F f) {
    std::string_view last;
    for (auto const& setting : declarations())
        if (setting.group != last) f(last = setting.group);
}

po::options_description all_flags(std::vector<extra_option> const& extra) {
    auto result = make_group("");
    add_general(result);
    add_extra(result, extra);
    for (auto const& setting : declarations()) add_setting(result, setting);
    return result;
}

/// One flag with its value, as the parser found it.
void take(po::option const& option, std::vector<extra_option> const& extra, parsed_flags& result,
          loaded& into) {
    auto const& name = option.string_key;
    auto value = option.value.empty() ? std::string() : option.value.front();
    auto known = std::find_if(extra.begin(), extra.end(),
                              [&](extra_option const& entry) { return entry.name == name; });
    bool twice = false;
    if (name == "help" || name == "version") {
        (name == "help" ? into.help : into.version) = true;
    } else if (name == "config") {
        twice = !result.config_file.empty();
        result.config_file = value;
    } else if (known != extra.end()) {
        twice = !into.options.emplace(name, value).second && known->takes_value;
    } else {
        auto [it, fresh] = result.settings.emplace(environment_name(name), value);
        auto const* setting = find_declaration(it->first);
        twice = !fresh && !(setting && setting->several);
        if (!fresh && !twice) it->second += "," + value;
    }
    if (twice) into.problems.push_back("--" + name + " is given twice");
}

} // namespace

parsed_flags parse_flags(int argc, char const* const* argv, std::vector<extra_option> const& extra,
                         loaded& into) {
    parsed_flags result;
    auto described = all_flags(extra);
    // Without guessing: an abbreviation that works today would change its meaning with a new flag.
    constexpr int style =
        po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    try {
        auto parsed = po::command_line_parser(argc, argv)
                          .options(described)
                          .style(style)
                          .allow_unregistered()
                          .run();
        for (auto const& option : parsed.options) {
            if (option.position_key >= 0) {
                for (auto const& word : option.value) into.words.push_back(word);
            } else if (option.unregistered) {
                // Only the name: what stands behind `=` may be a secret.
                auto token = option.original_tokens.empty() ? "--" + option.string_key
                                                            : option.original_tokens.front();
                into.problems.push_back("unknown flag " + token.substr(0, token.find('=')));
            } else {
                take(option, extra, result, into);
            }
        }
    } catch (po::error const& e) {
        into.problems.push_back(e.what());
    }
    if (!into.words.empty()) {
        into.command = into.words.front();
        into.words.erase(into.words.begin());
    }
    return result;
}

std::string describe_flags(std::vector<extra_option> const& extra) {
    std::ostringstream out;
    auto general = make_group("General");
    add_general(general);
    out << general;
    if (!extra.empty()) {
        auto commands = make_group("Of some commands");
        add_extra(commands, extra);
        out << "\n" << commands;
    }
    for_each_group([&](std::string_view name) {
        auto group = make_group(name);
        for (auto const& setting : declarations())
            if (setting.group == name) add_setting(group, setting);
        out << "\n" << group;
    });
    return out.str();
}

} // namespace kinvault::config
