// Shared by the tests of config/: a folder that disappears, and a shorter load().
#pragma once

#include "config/settings.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <stdlib.h>
#include <string>
#include <vector>

/// A folder of its own for a test.
struct temporary_folder {
    temporary_folder() {
        std::string name = (std::filesystem::temp_directory_path() / "kinvault-XXXXXX").string();
        if (!mkdtemp(name.data())) throw std::runtime_error("mkdtemp failed");
        path = name;
    }
    ~temporary_folder() { std::filesystem::remove_all(path); }
    temporary_folder(temporary_folder const&) = delete;
    temporary_folder& operator=(temporary_folder const&) = delete;

    /// Writes a file and gives its path.
    std::string file(std::string const& name, std::string const& text) const {
        std::ofstream(path / name, std::ios::binary) << text;
        return (path / name).string();
    }
    std::filesystem::path path;
};

inline kinvault::config::loaded load_with(std::vector<std::string> const& words,
                                          kinvault::config::environment const& variables = {},
                                          std::vector<kinvault::config::extra_option> extra = {}) {
    std::vector<char const*> argv{"kinvault"};
    for (auto const& word : words) argv.push_back(word.c_str());
    return kinvault::config::load(int(argv.size()), argv.data(), variables, extra);
}

/// All problems, a line each.
inline std::string lines(std::vector<std::string> const& problems) {
    std::string result;
    for (auto const& problem : problems) result += problem + "\n";
    return result;
}
