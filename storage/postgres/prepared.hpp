// Which statements are prepared on one connection, and under what name there: pure state. Used by
// connection.hpp.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace kinvault::pg {

class prepared_statements {
  public:
    struct entry {
        std::string name;
        std::string wire_name;
        /// Counts the preparations that went stale. Each gets a new wire name, since the old
        /// one may still be taken on the server.
        unsigned plan = 0;
        bool there = false;
    };

    /// Made on first use, with `there` false. The reference stays good.
    entry& find(std::string_view name);
    /// Preparation `plan` of a statement failed or went stale; a later one is left alone.
    static void forget(entry& of, unsigned plan);

  private:
    struct hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>()(text);
        }
    };
    std::unordered_map<std::string, entry, hash, std::equal_to<>> entries_;
};

} // namespace kinvault::pg
