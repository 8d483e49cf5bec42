// The command line, by Boost.Program_options. Used by settings.cpp and describe.cpp only.
#pragma once

#include "config/settings.hpp"

#include <map>
#include <string>
#include <vector>

namespace kinvault::config {

struct parsed_flags {
    /// Environment name (NAME or NAME_FILE) -> text.
    std::map<std::string, std::string, std::less<>> settings;
    std::string config_file;
};

/// Takes the command line apart: command, words, extra options, help, version and problems go into
/// `into`, the settings are given back.
parsed_flags parse_flags(int argc, char const* const* argv, std::vector<extra_option> const& extra,
                         loaded& into);

} // namespace kinvault::config
