// Reads and writes single values of settings. Used by the declarations only.
#pragma once

#include "config/settings.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kinvault::config {

/// What was wrong with a value: `"<value>" is not <expected>`. The reporter leaves the value of a
/// secret out, so `expected` must not hold any of it.
struct fault {
    std::string value, expected;
};
/// Nothing when the value is fine.
using verdict = std::optional<fault>;

std::string_view trimmed(std::string_view text);
std::string lower(std::string_view text);
/// In double quotes, cut to a sane length, with control characters made visible.
std::string in_quotes(std::string_view text);

verdict read_whole(std::string_view text, std::uint64_t least, std::uint64_t most,
                   std::uint64_t& into);
/// Bytes, or with a suffix K, M, G, T (also KB, KiB, ...), all powers of 1024.
verdict read_size(std::string_view text, std::uint64_t least, std::uint64_t most,
                  std::uint64_t& into);
/// The shortest text that read_size takes for this size: 1048576 is `1M`.
std::string size_text(std::uint64_t bytes);
/// true/false, yes/no, on/off, 1/0 in any case.
verdict read_bool(std::string_view text, bool& into);
/// One of the words, in any case; gives its index.
verdict read_word(std::string_view text, std::vector<std::string_view> const& words,
                  std::size_t& into);
/// http(s)://host[:port][/path]; slashes at the end are dropped.
verdict read_http_url(std::string_view text, std::string& into);
/// A JSON list of scheme://host[:port]; brought to the form browsers send.
verdict read_origins(std::string_view text, std::vector<std::string>& into);
std::string origins_text(std::vector<std::string> const& origins);
/// `host:port`, `[v6]:port`, `unix:/path`; several separated by commas or blanks.
verdict read_listen(std::string_view text, std::vector<listen_address>& into);
/// As networks::add takes them; several separated by commas or blanks.
verdict read_networks(std::string_view text, networks& into);
/// A libpq URL or conninfo. SQLAlchemy's `postgresql+asyncpg://`, `+psycopg2` and `+psycopg` of
/// existing installations become `postgresql://`, and asyncpg's `ssl=` libpq's `sslmode=`.
verdict read_database_url(std::string_view text, std::string& into);

} // namespace kinvault::config
