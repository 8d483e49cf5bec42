#include "storage/blob/s3/failure.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace kinvault::blob::s3 {

namespace {

using namespace std::string_view_literals;

template <std::size_t N>
bool is_one_of(std::string_view code, std::array<std::string_view, N> const& codes) noexcept {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

/// What the server sent, for a log line: no control characters, not endless.
std::string harmless(std::string text) {
    if (text.size() > 200) text.resize(200);
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    }
    return text;
}

bool wrong_region(http_head const& head, std::string_view code) noexcept {
    return head.status == 301 || code == "AuthorizationHeaderMalformed" ||
           code == "PermanentRedirect" || code == "IllegalLocationConstraintException";
}

std::string advice(address const& to, http_head const& head, error_document const& error) {
    auto const& code = error.code;
    auto region = harmless(std::string(head.field("x-amz-bucket-region")));
    if (region.empty()) region = harmless(error.region);
    if (wrong_region(head, code))
        return region.empty() ? "; is S3_REGION (" + to.region + ") the region of the bucket?"
                              : "; the bucket is in region " + region + ": set S3_REGION to it";
    if (head.status >= 300 && head.status < 400)
        return "; it sends us to " + harmless(std::string(head.field("location"))) +
               ": set S3_ENDPOINT_URL to where the bucket is";
    if (code == "NoSuchBucket") return "; make bucket " + to.bucket + ", or correct S3_BUCKET";
    if (is_one_of(code, std::array{"InvalidAccessKeyId"sv, "SignatureDoesNotMatch"sv}))
        return "; check S3_ACCESS_KEY and S3_SECRET_KEY";
    if (is_one_of(code, std::array{"ExpiredToken"sv, "InvalidToken"sv}))
        return "; the temporary keys are not valid any more";
    if (code == "RequestTimeTooSkewed")
        return "; the clock of this machine is wrong, or the server's";
    // Before 403 in general: Ceph answers so when a quota is used up.
    if (head.status == 507 || is_one_of(code, std::array{"QuotaExceeded"sv, "XMinioStorageFull"sv,
                                                         "InsufficientStorage"sv}))
        return "; the store is full: make room in it, or raise the quota";
    if (head.status == 403)
        return "; allow this key to read, write, list and delete in bucket " + to.bucket;
    return "";
}

} // namespace

failure refused(address const& to, std::string const& doing, http_head const& head,
                error_document const& error) {
    auto what = harmless(error.code.empty() ? "status " + std::to_string(head.status) : error.code);
    auto const message = harmless(error.message);
    if (!message.empty() && message != what) what += " (" + message + ")";
    return failure("S3 server " + to.server + " refuses " + doing + ": " + what +
                       advice(to, head, error),
                   head.status, error.code);
}

failure unreachable(address const& to, std::string const& doing, transport_error const& error) {
    std::string text = "S3 server " + to.server;
    switch (error.what_kind()) {
    case transport_error::kind::connect:
        text += " cannot be reached: " + std::string(error.what()) +
                "; is it running, and S3_ENDPOINT_URL right?";
        break;
    case transport_error::kind::certificate:
        text += " has a certificate that is not trusted: " + std::string(error.what()) +
                "; set S3_CA_FILE to the certificate that signed it";
        break;
    case transport_error::kind::timeout:
        text +=
            " fails at " + doing + ": " + error.what() + "; is it overloaded, or its disk full?";
        break;
    default:
        text += " fails at " + doing + ": " + error.what();
    }
    return failure(text, 0, "");
}

failure nonsense(address const& to, std::string const& doing, std::string const& what) {
    return failure("S3 server " + to.server + " answers " + doing + " with nonsense: " +
                       harmless(what) + "; is S3_ENDPOINT_URL that of an S3 server?",
                   200, "");
}

bool worth_retrying(int status, std::string const& code) noexcept {
    if (status == 500 || status == 502 || status == 503 || status == 504 || status == 429)
        return true;
    return is_one_of(code, std::array{"InternalError"sv, "SlowDown"sv, "RequestTimeout"sv,
                                      "ServiceUnavailable"sv, "OperationAborted"sv});
}

} // namespace kinvault::blob::s3
