#include "storage/blob/s3/signer.hpp"

#include "crypto/bytes.hpp"
#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"
#include "storage/blob/s3/uri.hpp"

#include <algorithm>
#include <ctime>

namespace kinvault::blob::s3 {

namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

/// Trimmed, with runs of spaces made one.
std::string canonical_value(std::string_view value) {
    std::string result;
    for (char c : value) {
        bool const blank = c == ' ' || c == '\t';
        if (blank && (result.empty() || result.back() == ' ')) continue;
        result += blank ? ' ' : c;
    }
    if (result.ends_with(' ')) result.pop_back();
    return result;
}

std::string scope(std::string_view time, std::string_view region, std::string_view service) {
    return std::string(time.substr(0, 8)) + "/" + std::string(region) + "/" + std::string(service) +
           "/aws4_request";
}

/// "host;range;x-amz-date" for headers in order.
std::string signed_names(pairs const& headers) {
    std::string result;
    for (auto const& [name, value] : headers) {
        if (!result.empty()) result += ';';
        result += name;
    }
    return result;
}

pairs in_order(pairs headers) {
    std::sort(headers.begin(), headers.end());
    return headers;
}

std::string canonical_request(signable const& what, pairs const& headers) {
    std::string text = what.method + "\n" + what.path + "\n" + canonical_query(what.query) + "\n";
    for (auto const& [name, value] : headers) text += name + ":" + canonical_value(value) + "\n";
    return text + "\n" + signed_names(headers) + "\n" + what.payload_hash;
}

/// The key for one day, region and service, in four steps.
crypto::sha256_digest signing_key(key_pair const& keys, std::string_view time,
                                  std::string_view region, std::string_view service) {
    std::string start = "AWS4" + keys.secret_key;
    auto key = crypto::hmac_sha256(crypto::as_bytes(start), crypto::as_bytes(time.substr(0, 8)));
    crypto::wipe(start);
    for (std::string_view const step : {region, service, std::string_view("aws4_request")})
        key = crypto::hmac_sha256(key, crypto::as_bytes(step));
    return key;
}

} // namespace

std::string canonical_query(pairs query) {
    for (auto& [name, value] : query) {
        name = uri_encode(name);
        value = uri_encode(value);
    }
    std::sort(query.begin(), query.end());
    std::string text;
    for (auto const& [name, value] : query) {
        if (!text.empty()) text += '&';
        text += name + "=" + value;
    }
    return text;
}

std::string signature(signable const& what, key_pair const& keys, std::string_view region,
                      std::string_view time, std::string_view service) {
    auto const request = canonical_request(what, in_order(what.headers));
    std::string const text = std::string(algorithm) + "\n" + std::string(time) + "\n" +
                             scope(time, region, service) + "\n" + crypto::sha256_hex(request);
    auto key = signing_key(keys, time, region, service);
    auto const result = crypto::hmac_sha256(key, crypto::as_bytes(text));
    crypto::wipe(std::span<std::uint8_t>(key));
    return crypto::hex_encode(result);
}

void sign(signable& what, key_pair const& keys, std::string_view region,
          std::chrono::system_clock::time_point now) {
    auto const time = amz_time(now);
    what.headers.emplace_back("x-amz-date", time);
    what.headers.emplace_back("x-amz-content-sha256", what.payload_hash);
    if (!keys.session_token.empty())
        what.headers.emplace_back("x-amz-security-token", keys.session_token);
    auto const names = signed_names(in_order(what.headers));
    what.headers.emplace_back("authorization",
                              std::string(algorithm) + " Credential=" + keys.access_key + "/" +
                                  scope(time, region, "s3") + ",SignedHeaders=" + names +
                                  ",Signature=" + signature(what, keys, region, time));
}

std::string amz_time(std::chrono::system_clock::time_point when) {
    auto const seconds = std::chrono::system_clock::to_time_t(when);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    char text[24];
    std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts);
    return text;
}

} // namespace kinvault::blob::s3
