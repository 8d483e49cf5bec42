#include "domain/auth/rules.hpp"

namespace kinvault::domain::auth {

bool is_given(optional_secret const& sent) {
    return sent && !sent->value.empty();
}

std::optional<std::string> text_of(optional_secret const& sent) {
    return is_given(sent) ? std::optional(sent->value) : std::nullopt;
}

password take_password(schema::secret<std::string>& plain, optional_secret& master_hash) {
    auto const& used = is_given(master_hash) ? master_hash->value : plain.value;
    auto taken = std::make_shared<crypto::secret const>(crypto::as_bytes(used));
    crypto::wipe(plain.value);
    if (master_hash) crypto::wipe(master_hash->value);
    return taken;
}

bool is_too_short(schema::secret<std::string> const& plain, optional_secret const& master_hash) {
    return !is_given(master_hash) && schema::count_characters(plain.value) < least_password;
}

token_response to_response(account_row account, std::string token) {
    return {std::move(token),
            {std::move(account.id), std::move(account.email), std::move(account.full_name),
             std::move(account.created_at), std::move(account.active_org_id)},
            std::move(account.encrypted_private_key),
            std::move(account.public_key),
            account.kdf_iterations,
            std::move(account.encrypted_org_key)};
}

} // namespace kinvault::domain::auth
