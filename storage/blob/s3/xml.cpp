#include "storage/blob/s3/xml.hpp"

#include "storage/blob/s3/uri.hpp"

#include <pugixml.hpp>

#include <charconv>
#include <cstdio>
#include <ctime>

namespace kinvault::blob::s3 {

namespace {

/// The root element, which must have this name.
pugi::xml_node root(pugi::xml_document& document, std::string_view body, char const* name) {
    auto const result = document.load_buffer(body.data(), body.size());
    if (!result) throw xml_error(std::string("malformed XML: ") + result.description());
    auto const found = document.document_element();
    if (std::string_view(found.name()) != name)
        throw xml_error("<" + std::string(name) + "> was expected, not <" + found.name() + ">");
    return found;
}

template <class Number>
Number number(pugi::xml_node parent, char const* name) {
    std::string_view const text = parent.child_value(name);
    Number value{};
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        throw xml_error("<" + std::string(name) + "> is not a number");
    return value;
}

std::string text(pugi::xml_node parent, char const* name) {
    std::string result = parent.child_value(name);
    if (result.empty()) throw xml_error("<" + std::string(name) + "> is missing");
    return result;
}

/// "2009-10-12T17:50:30.000Z", with any number of decimals, which are dropped.
std::chrono::system_clock::time_point time(pugi::xml_node parent, char const* name) {
    auto const value = text(parent, name);
    std::tm parts{};
    int read = 0;
    auto const count =
        std::sscanf(value.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &parts.tm_year, &parts.tm_mon,
                    &parts.tm_mday, &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &read);
    // The clock's nanoseconds end in the year 2262.
    bool const plausible = count == 6 && value.ends_with('Z') && parts.tm_year >= 1900 &&
                           parts.tm_year < 2262 && parts.tm_mon >= 1 && parts.tm_mon <= 12;
    if (!plausible) throw xml_error("<" + std::string(name) + "> is not a time");
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

bool truncated(pugi::xml_node list) {
    return std::string_view(list.child_value("IsTruncated")) == "true";
}

struct string_writer final : pugi::xml_writer {
    std::string result;
    void write(void const* data, std::size_t size) override {
        result.append(static_cast<char const*>(data), size);
    }
};

std::string written_out(pugi::xml_document const& document) {
    string_writer writer;
    document.save(writer, "", pugi::format_raw | pugi::format_no_declaration, pugi::encoding_utf8);
    return std::move(writer.result);
}

void add(pugi::xml_node parent, char const* name, std::string const& value) {
    parent.append_child(name).text().set(value.c_str());
}

} // namespace

std::optional<error_document> read_error(std::string_view body) {
    pugi::xml_document document;
    if (!document.load_buffer(body.data(), body.size())) return {};
    auto const found = document.document_element();
    if (std::string_view(found.name()) != "Error") return {};
    return error_document{found.child_value("Code"), found.child_value("Message"),
                          found.child_value("Region")};
}

object_page read_objects(std::string_view body) {
    pugi::xml_document document;
    auto const list = root(document, body, "ListBucketResult");
    object_page page;
    for (auto const item : list.children("Contents"))
        page.objects.push_back({uri_decode(text(item, "Key")), number<std::uint64_t>(item, "Size"),
                                item.child_value("ETag"), time(item, "LastModified")});
    if (truncated(list)) page.next = text(list, "NextContinuationToken");
    return page;
}

std::string read_upload_id(std::string_view body) {
    pugi::xml_document document;
    return text(root(document, body, "InitiateMultipartUploadResult"), "UploadId");
}

void read_completed(std::string_view body) {
    pugi::xml_document document;
    root(document, body, "CompleteMultipartUploadResult");
}

part_page read_parts(std::string_view body) {
    pugi::xml_document document;
    auto const list = root(document, body, "ListPartsResult");
    part_page page;
    for (auto const item : list.children("Part"))
        page.parts.push_back({number<int>(item, "PartNumber"), text(item, "ETag"),
                              number<std::uint64_t>(item, "Size")});
    if (truncated(list)) page.next = number<int>(list, "NextPartNumberMarker");
    return page;
}

upload_page read_uploads(std::string_view body) {
    pugi::xml_document document;
    auto const list = root(document, body, "ListMultipartUploadsResult");
    upload_page page;
    for (auto const item : list.children("Upload"))
        page.uploads.push_back(
            {uri_decode(text(item, "Key")), text(item, "UploadId"), time(item, "Initiated")});
    if (truncated(list)) {
        page.next_key = uri_decode(text(list, "NextKeyMarker"));
        page.next_id = text(list, "NextUploadIdMarker");
    }
    return page;
}

std::vector<undeleted> read_deleted(std::string_view body) {
    pugi::xml_document document;
    std::vector<undeleted> failures;
    for (auto const item : root(document, body, "DeleteResult").children("Error"))
        failures.push_back(
            {text(item, "Key"), item.child_value("Code"), item.child_value("Message")});
    return failures;
}

std::string write_completion(std::vector<part> const& parts) {
    pugi::xml_document document;
    auto list = document.append_child("CompleteMultipartUpload");
    for (auto const& one : parts) {
        auto item = list.append_child("Part");
        add(item, "PartNumber", std::to_string(one.number));
        add(item, "ETag", one.etag);
    }
    return written_out(document);
}

std::string write_location(std::string const& region) {
    pugi::xml_document document;
    add(document.append_child("CreateBucketConfiguration"), "LocationConstraint", region);
    return written_out(document);
}

std::string write_deletion(std::vector<std::string> const& keys) {
    pugi::xml_document document;
    auto list = document.append_child("Delete");
    add(list, "Quiet", "true");
    for (auto const& key : keys) add(list.append_child("Object"), "Key", key);
    return written_out(document);
}

} // namespace kinvault::blob::s3
