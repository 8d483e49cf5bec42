// Sets up the log: what spdlog::info(...) and its like write goes to standard error, a line an
// entry. Used by main.cpp once; everything else just calls spdlog.
#pragma once

#include "config/settings.hpp"

#include <spdlog/formatter.h>

#include <memory>

namespace kinvault::config {

/// Makes the default logger write to standard error, synchronously, in this form from this level
/// on.
void set_up_logging(log_level_kind level, log_format_kind format);

/// `2026-01-31T12:00:00.123456Z info message`, or
/// `{"time":"2026-01-31T12:00:00.123456Z","level":"info","message":"message"}`.
/// Control characters in the message are escaped: nobody can forge a line, and a line is an entry.
std::unique_ptr<spdlog::formatter> make_log_formatter(log_format_kind format);

} // namespace kinvault::config
