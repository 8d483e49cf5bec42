#include "crypto/password.hpp"

#include "crypto/bytes.hpp"
#include "crypto/error.hpp"
#include "crypto/random.hpp"

#include <argon2.h>
#include <crypt.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <memory>

namespace kinvault::crypto {
namespace {

constexpr std::string_view argon2id_prefix = "$argon2id$";
// RFC 9106 section 4: a salt of 128 bits and a tag of 256 bits.
constexpr std::size_t argon2_salt_size = 16;
constexpr std::uint32_t argon2_hash_size = 32;
// users.password_hash is varchar(255); nothing longer is a hash of ours.
constexpr std::size_t longest_hash = 255;

std::string_view that_counts(std::string_view password) {
    return password.substr(0, password_bytes_that_count);
}

bool has_nul(std::string_view text) {
    return text.find('\0') != text.npos;
}

// crypt.h's working area (32 KiB, so not on the stack), wiped after use.
struct crypt_area_free {
    void operator()(crypt_data* area) const noexcept {
        wipe(std::span(reinterpret_cast<std::uint8_t*>(area), sizeof *area));
        delete area;
    }
};

// The whole bcrypt hash of the password under the salt and cost of `setting`, or empty when crypt
// refuses the setting.
std::string run_bcrypt(std::string_view password, const std::string& setting) {
    secret terminated(password.size() + 1); // zeroed: the last byte is the terminator
    std::copy(password.begin(), password.end(), terminated.data());
    const std::unique_ptr<crypt_data, crypt_area_free> area(new crypt_data{});
    const char* hash = crypt_rn(reinterpret_cast<const char*>(terminated.data()), setting.c_str(),
                                area.get(), sizeof(crypt_data));
    return hash == nullptr ? std::string() : std::string(hash);
}

// $2b$12$ and 22 characters of salt and 31 of hash: 60 in all.
bool is_bcrypt(std::string_view hash) {
    constexpr std::string_view alphabet =
        "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    return hash.size() == 60 && hash.starts_with("$2") &&
           (hash[2] == 'a' || hash[2] == 'b' || hash[2] == 'y') && hash[3] == '$' &&
           digit(hash[4]) && digit(hash[5]) && hash[6] == '$' &&
           hash.substr(7).find_first_not_of(alphabet) == hash.npos;
}

std::string hash_bcrypt(std::string_view password, const password_options& options) {
    if (has_nul(password)) throw error("bcrypt cannot hash a password with a NUL byte");
    std::array<std::uint8_t, 16> salt;
    fill_random(salt);
    std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
    if (crypt_gensalt_rn("$2b$", options.bcrypt_cost, reinterpret_cast<const char*>(salt.data()),
                         salt.size(), setting.data(), setting.size()) == nullptr)
        throw error("bcrypt refuses its cost");
    std::string hash = run_bcrypt(password, setting.data());
    if (!is_bcrypt(hash)) throw error("bcrypt failed");
    return hash;
}

bool verify_bcrypt(std::string_view password, std::string_view hash) {
    if (!is_bcrypt(hash) || has_nul(password)) return false;
    return equal_constant_time(run_bcrypt(password, std::string(hash)), hash);
}

std::string hash_argon2id(std::string_view password, const password_options& options) {
    std::array<std::uint8_t, argon2_salt_size> salt;
    fill_random(salt);
    const std::size_t room =
        argon2_encodedlen(options.argon2_passes, options.argon2_memory_kib, options.argon2_lanes,
                          salt.size(), argon2_hash_size, Argon2_id);
    std::string encoded(room, '\0');
    const int result =
        argon2id_hash_encoded(options.argon2_passes, options.argon2_memory_kib,
                              options.argon2_lanes, password.data(), password.size(), salt.data(),
                              salt.size(), argon2_hash_size, encoded.data(), encoded.size());
    if (result != ARGON2_OK) throw error(std::string("Argon2id: ") + argon2_error_message(result));
    encoded.resize(std::strlen(encoded.c_str()));
    return encoded;
}

bool verify_argon2id(std::string_view password, std::string_view hash) {
    const std::string encoded(hash);
    const int result = argon2id_verify(encoded.c_str(), password.data(), password.size());
    if (result == ARGON2_MEMORY_ALLOCATION_ERROR) throw error("Argon2id: out of memory");
    return result == ARGON2_OK;
}

// What every Argon2id hash made with these options starts with.
std::string argon2id_start(const password_options& options) {
    return "$argon2id$v=19$m=" + std::to_string(options.argon2_memory_kib) +
           ",t=" + std::to_string(options.argon2_passes) +
           ",p=" + std::to_string(options.argon2_lanes) + "$";
}

} // namespace

std::string hash_password(std::string_view password, const password_options& options) {
    password = that_counts(password);
    return options.scheme == password_scheme::bcrypt ? hash_bcrypt(password, options)
                                                     : hash_argon2id(password, options);
}

bool verify_password(std::string_view password, std::string_view hash) {
    password = that_counts(password);
    if (hash.size() > longest_hash || has_nul(hash)) return false;
    if (hash.starts_with(argon2id_prefix)) return verify_argon2id(password, hash);
    return verify_bcrypt(password, hash);
}

bool needs_rehash(std::string_view hash, const password_options& options) {
    if (options.scheme == password_scheme::argon2id)
        return !hash.starts_with(argon2id_start(options));
    if (!is_bcrypt(hash)) return true;
    unsigned cost = 0;
    std::from_chars(hash.data() + 4, hash.data() + 6, cost);
    return cost != options.bcrypt_cost;
}

std::string dummy_hash(const password_options& options) {
    std::string forgotten = random_token();
    std::string hash = hash_password(forgotten, options);
    wipe(forgotten);
    return hash;
}

} // namespace kinvault::crypto
