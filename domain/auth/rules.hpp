// What several parts of the auth service share: taking secrets out of bodies, the least length of a
// password, the form of a token answer. Used inside domain/auth only.
#pragma once

#include "domain/auth/model.hpp"
#include "domain/auth/passwords.hpp"
#include "domain/auth/schema.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace kinvault::domain::auth {

inline constexpr std::string_view password_too_short = "Password must be at least 8 characters";
/// In characters, of passwords that are sent as they are.
inline constexpr std::size_t least_password = 8;

/// Whether something other than an empty text was sent.
bool is_given(optional_secret const& sent);
/// The text that was sent, for a parameter of a statement; NULL counts as absent, as does empty.
std::optional<std::string> text_of(optional_secret const& sent);

/// What is hashed and checked: the hash of the master password if one was sent, else the password.
/// Wipes both.
password take_password(schema::secret<std::string>& plain, optional_secret& master_hash);

/// Whether a password that is sent as it is (there is no hash in its place) is too short.
bool is_too_short(schema::secret<std::string> const& plain, optional_secret const& master_hash);

token_response to_response(account_row account, std::string token);

} // namespace kinvault::domain::auth
