// The documents of an S3 server: whatever comes, a reader gives a value or throws xml_error.
#include "storage/blob/s3/xml.hpp"
#include "test/fuzz/input.hpp"

using namespace kinvault;
using namespace kinvault::blob;

namespace {

template <class Reader>
void read(Reader reader, std::string_view body) {
    try {
        reader(body);
    } catch (s3::xml_error const&) {
    }
}

/// What is written is read back.
void write_and_read(std::string const& etag) {
    auto const text = s3::write_completion({{1, etag, 0}, {10'000, etag, 0}});
    fuzz::require(text.starts_with("<CompleteMultipartUpload><Part>"), "a document of parts");
    fuzz::require(!s3::read_error(text), "no error document");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const body(reinterpret_cast<char const*>(data), size);
    s3::read_error(body);
    read(s3::read_objects, body);
    read(s3::read_upload_id, body);
    read(s3::read_completed, body);
    read(s3::read_parts, body);
    read(s3::read_uploads, body);
    read(s3::read_deleted, body);
    write_and_read(std::string(body));
    return 0;
}
