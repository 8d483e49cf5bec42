#include "domain/auth/session_uses.hpp"

namespace kinvault::domain::auth {

session_uses::batch session_uses::pending(std::size_t most) const {
    batch some;
    for (auto const& [token, time] : latest_) {
        if (some.tokens.size() == most) break;
        some.tokens.push_back(token);
        some.times.push_back(time);
    }
    return some;
}

void session_uses::written(batch const& what) {
    for (std::size_t i = 0; i < what.tokens.size(); ++i) {
        auto const known = latest_.find(what.tokens[i]);
        if (known != latest_.end() && known->second == what.times[i]) latest_.erase(known);
    }
}

} // namespace kinvault::domain::auth
