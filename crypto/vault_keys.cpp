#include "crypto/vault_keys.hpp"

#include "crypto/aes_gcm.hpp"
#include "crypto/encoding.hpp"
#include "crypto/error.hpp"
#include "crypto/hkdf.hpp"
#include "crypto/random.hpp"

#include <algorithm>
#include <utility>

namespace kinvault::crypto {
namespace {

// Names every existing installation's data depends on.
constexpr std::string_view master_key_salt = "familyvault-master-key-salt";
constexpr std::string_view master_key_info = "master-encryption-key";

constexpr std::size_t field_header_size = gcm_iv_size + gcm_tag_size;

} // namespace

organization_key::organization_key(secret key) : key_(std::move(key)) {
    if (key_.size() != aes_key_size) throw error("an organization key must have 32 bytes");
}

std::string organization_key::encrypt_field(std::string_view plain) const {
    if (plain.empty()) return {};
    bytes out(field_header_size + plain.size());
    const std::span<std::uint8_t> all(out);
    fill_random(all.first(gcm_iv_size));
    gcm_encryptor encryptor(key_.view(), all.first(gcm_iv_size));
    encryptor.update(as_bytes(plain), all.subspan(field_header_size));
    const gcm_tag tag = encryptor.finish();
    std::copy(tag.begin(), tag.end(), out.begin() + gcm_iv_size);
    return base64_encode(out);
}

std::string organization_key::decrypt_field(std::string_view stored) const {
    const std::optional<bytes> raw = base64_decode(stored);
    if (!raw || raw->size() < field_header_size) return std::string(stored);
    const std::span<const std::uint8_t> all(*raw);
    const std::span<const std::uint8_t> ciphertext = all.subspan(field_header_size);
    gcm_decryptor decryptor(key_.view(), all.first(gcm_iv_size));
    secret plain(ciphertext.size());
    decryptor.update(ciphertext, plain.view());
    if (!decryptor.finish(all.subspan(gcm_iv_size, gcm_tag_size))) return std::string(stored);
    return std::string(plain.text());
}

master_key::master_key(std::string_view secret_key)
    : key_(hkdf_sha256(as_bytes(secret_key), master_key_salt, master_key_info, aes_key_size)) {}

std::string master_key::wrap_new_organization_key() const {
    const secret fresh = random_key();
    return base64_encode(seal(key_.view(), fresh.view()));
}

std::string master_key::wrap(organization_key const& key) const {
    return base64_encode(seal(key_.view(), key.key()));
}

std::optional<organization_key> master_key::unwrap(std::string_view encryption_key_enc) const {
    const std::optional<bytes> sealed = base64_decode(encryption_key_enc);
    if (!sealed) return std::nullopt;
    std::optional<secret> key = open(key_.view(), *sealed);
    if (!key || key->size() != aes_key_size) return std::nullopt;
    return organization_key(std::move(*key));
}

} // namespace kinvault::crypto
