#include "domain/auth/passwords.hpp"

#include <utility>

namespace kinvault::domain::auth {

namespace {

bool is_argon2id(std::string_view hash) {
    return hash.starts_with("$argon2id$");
}

/// Of a random password that was thrown away. All that matters is the cost, 12 as in existing
/// installations.
constexpr std::string_view bcrypt_dummy =
    "$2b$12$rw03oqVlymQOdeOddikWWuzcYwIOiGumQuKoGZ/nL211NPkykc9g6";

std::string other_dummy(crypto::password_scheme used) {
    if (used == crypto::password_scheme::argon2id) return std::string(bcrypt_dummy);
    return crypto::dummy_hash(crypto::password_options());
}

} // namespace

passwords::passwords(workers& pool, crypto::password_options options)
    : pool_(pool)
    , options_(options)
    , dummy_(crypto::dummy_hash(options))
    , other_dummy_(other_dummy(options.scheme)) {}

task<std::string> passwords::hash(password given) {
    auto job = [given = std::move(given), options = options_] {
        return crypto::hash_password(given->text(), options);
    };
    std::string made = co_await pool_.run(std::move(job));
    co_return made;
}

task<bool> passwords::verify(password given, std::optional<std::string> stored, bool mixed) {
    std::string other;
    if (mixed) {
        bool const argon2id = is_argon2id(stored.value_or(dummy_));
        other = argon2id == is_argon2id(dummy_) ? other_dummy_ : dummy_;
    }
    auto job = [given = std::move(given), known = stored.has_value(),
                hash = stored.value_or(dummy_), other = std::move(other)] {
        if (crypto::verify_password(given->text(), hash)) return known;
        if (!other.empty()) (void)crypto::verify_password(given->text(), other);
        return false;
    };
    bool const fits = co_await pool_.run(std::move(job));
    co_return fits;
}

bool passwords::is_dated(std::string_view stored) const {
    return crypto::needs_rehash(stored, options_);
}

std::string_view passwords::scheme_pattern() const {
    return is_argon2id(dummy_) ? "$argon2id$%" : "$2_$%";
}

} // namespace kinvault::domain::auth
