// The signer and the addresses it signs: any bytes of a key, a query or a field give a request that
// cannot be taken for another one.
#include "storage/blob/s3/signer.hpp"
#include "storage/blob/s3/uri.hpp"
#include "test/fuzz/input.hpp"

#include <algorithm>
#include <stdexcept>

using namespace kinvault;
using namespace kinvault::blob;

namespace {

bool unreserved(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '.' || c == '_' || c == '~' || c == '%';
}

std::string encoded(std::string_view text) {
    auto const result = s3::uri_encode(text);
    fuzz::require(std::all_of(result.begin(), result.end(), unreserved), "only unreserved bytes");
    fuzz::require(s3::uri_decode(result) == text, "the same after decoding");
    auto const path = s3::uri_encode(text, true);
    fuzz::require(s3::uri_decode(path) == text, "the same after decoding, with slashes");
    s3::uri_decode(text);
    return path;
}

void check_endpoint(std::string_view url) {
    try {
        auto const where = s3::parse_endpoint(url);
        auto const again = s3::parse_endpoint(where.text());
        fuzz::require(again.text() == where.text() && again.host == where.host &&
                          again.port == where.port && again.tls == where.tls &&
                          again.prefix == where.prefix,
                      "an endpoint's text means the same endpoint");
        where.authority("bucket");
    } catch (std::invalid_argument const&) {
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    fuzz::input in(data, size);
    check_endpoint(in.until("\n"));
    s3::key_pair const keys{"AKIAIOSFODNN7EXAMPLE", std::string(in.until("\n")),
                            std::string(in.until("\n"))};
    s3::signable what{"PUT", "/" + encoded(in.until("\n")), {}, {}, s3::empty_payload_hash};
    std::string const region(in.until("\n"));
    std::chrono::system_clock::time_point const now{std::chrono::seconds(in.byte() * 10'000'000L)};
    while (!in.empty()) {
        std::string const name(in.until("=")), value(in.until("\n"));
        if (name.starts_with("x-"))
            what.headers.emplace_back(name, value);
        else
            what.query.emplace_back(name, value);
    }
    auto const query = s3::canonical_query(what.query);
    auto const pairs = std::count(query.begin(), query.end(), '=');
    fuzz::require(std::size_t(pairs) == what.query.size(), "a '=' for each pair of the query");
    what.headers.emplace_back("host", "bucket.example");
    auto const unsigned_headers = what.headers.size();
    s3::sign(what, keys, region, now);
    fuzz::require(what.headers.size() == unsigned_headers + (keys.session_token.empty() ? 3 : 4),
                  "the fields of a signature");
    auto const [name, value] = what.headers.back();
    auto const at = value.rfind(",Signature=");
    fuzz::require(name == "authorization" && at != value.npos && value.size() == at + 11 + 64,
                  "a signature of 64 digits");
    what.headers.pop_back();
    fuzz::require(value.substr(at + 11) == s3::signature(what, keys, region, s3::amz_time(now)),
                  "the same signature again");
    return 0;
}
