// Conditional and partial requests (RFC 9110, sections 13 and 14). Used by calls, the file download
// and the item routes.
#pragma once

#include "server/http/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kinvault::http {

/// What a Range field asks for of a representation.
struct range_request {
    enum class kind { whole, part, unsatisfiable };
    kind what = kind::whole;
    std::uint64_t first = 0;
    std::uint64_t length = 0;
};

/// Reads Range and If-Range. Anything but one range of bytes, and an If-Range of another ETag,
/// means the whole.
range_request read_range(request_head const& head, std::uint64_t size, std::string_view etag);

/// Whether If-None-Match names this ETag (weak comparison) or is `*`.
bool none_match(request_head const& head, std::string_view etag);

/// What stands between the quotes of the tags in If-Match, or "*"; nothing without the field. Weak
/// tags are left out, as the strong comparison has it: an empty list matches nothing.
std::optional<std::vector<std::string>> read_if_match(request_head const& head);

/// `Content-Disposition` by RFC 6266: a quoted ASCII name, and `filename*` when that is not all of
/// it.
std::string content_disposition(std::string_view type, std::string_view file_name);

} // namespace kinvault::http
