// The texts around the parts of a multipart body: boundaries, and what the head of a part says.
// Used by the multipart reader only.
#pragma once

#include <string_view>

namespace kinvault::http {

/// 1 to 70 characters of RFC 2046's bchars, the last one not a space.
bool valid_boundary(std::string_view boundary) noexcept;

} // namespace kinvault::http
