// The XML of S3: documents as servers send them, and such as they should not.
#include "storage/blob/s3/xml.hpp"

#include <boost/test/unit_test.hpp>

using namespace kinvault::blob::s3;

namespace {

std::chrono::system_clock::time_point at(std::time_t seconds) {
    return std::chrono::system_clock::from_time_t(seconds);
}

std::string listing(std::string const& inner) {
    return R"(<?xml version="1.0" encoding="UTF-8"?>)"
           R"(<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">)" +
           inner + "</ListBucketResult>";
}

std::string item(std::string const& key, std::string const& size,
                 std::string const& time = "2009-10-12T17:50:30.000Z") {
    return "<Contents><Key>" + key + "</Key><LastModified>" + time +
           "</LastModified><ETag>&quot;fba9dede5f27731c9771645a39863328&quot;</ETag><Size>" + size +
           "</Size><StorageClass>STANDARD</StorageClass></Contents>";
}

} // namespace

BOOST_AUTO_TEST_SUITE(blob_s3_xml)

BOOST_AUTO_TEST_CASE(errors) {
    auto const error = read_error("<?xml version=\"1.0\"?>\n<Error><Code>PermanentRedirect</Code>"
                                  "<Message>a &amp; b</Message><Region>eu-1</Region></Error>");
    BOOST_REQUIRE(error.has_value());
    BOOST_TEST(error->code == "PermanentRedirect");
    BOOST_TEST(error->message == "a & b");
    BOOST_TEST(error->region == "eu-1");
    BOOST_TEST(read_error("<Error/>")->code == "");
    for (auto const* body :
         {"", "text", "<html><Error/></html>", "<Error><Code>x</Error>", "<Error>"})
        BOOST_TEST(!read_error(body).has_value(), body);
}

BOOST_AUTO_TEST_CASE(lists_of_objects) {
    auto const page = read_objects(listing(
        "<Name>bucket</Name><IsTruncated>true</IsTruncated>"
        "<NextContinuationToken>1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J</NextContinuationToken>" +
        item("a/b%20%26.enc", "0") + item("c+d", "18446744073709551615", "2026-02-28T23:59:59Z")));
    BOOST_REQUIRE_EQUAL(page.objects.size(), 2u);
    BOOST_TEST(page.objects[0].key == "a/b &.enc");
    BOOST_TEST(page.objects[0].etag == "\"fba9dede5f27731c9771645a39863328\"");
    BOOST_TEST((page.objects[0].modified == at(1255369830)));
    BOOST_TEST(page.objects[1].key == "c+d");
    BOOST_TEST(page.objects[1].size == ~0ull);
    BOOST_TEST((page.objects[1].modified == at(1772323199)));
    BOOST_TEST(page.next == "1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J");
    auto const last = read_objects(listing("<IsTruncated>false</IsTruncated>"));
    BOOST_TEST(last.objects.empty());
    BOOST_TEST(last.next == "");
}

BOOST_AUTO_TEST_CASE(lists_that_are_not_right) {
    for (std::string const& body :
         {std::string(), std::string("garbage"), std::string("<ListBucketResult>"),
          std::string("<Error/>"), std::string("\0\0", 2), listing(item("", "1")),
          listing(item("a", "")), listing(item("a", "-1")), listing(item("a", "1x")),
          listing(item("a", "18446744073709551616")), listing(item("a", "1", "yesterday")),
          listing(item("a", "1", "2009-13-12T17:50:30Z")), listing(item("a", "1", "2009-10-12")),
          listing("<IsTruncated>true</IsTruncated>")})
        BOOST_CHECK_THROW(read_objects(body), xml_error);
}

BOOST_AUTO_TEST_CASE(entities_are_not_expanded) {
    auto const body = "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\"><!ENTITY f \"ff\">]>" +
                      listing("").substr(38);
    BOOST_CHECK_NO_THROW(read_objects(body));
    auto const error =
        read_error("<!DOCTYPE x [<!ENTITY f \"ff\">]><Error><Code>&f;</Code></Error>");
    BOOST_REQUIRE(error.has_value());
    BOOST_TEST(error->code == "&f;");
}

BOOST_AUTO_TEST_CASE(multipart_uploads) {
    BOOST_TEST(read_upload_id("<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>k</Key>"
                              "<UploadId>VXBsb2Fk</UploadId></InitiateMultipartUploadResult>") ==
               "VXBsb2Fk");
    BOOST_CHECK_THROW(read_upload_id("<InitiateMultipartUploadResult/>"), xml_error);
    BOOST_CHECK_NO_THROW(read_completed(
        "\n\n  <CompleteMultipartUploadResult><ETag></ETag></CompleteMultipartUploadResult>"));
    BOOST_CHECK_THROW(read_completed("<Error><Code>InternalError</Code></Error>"), xml_error);
    BOOST_CHECK_THROW(read_completed(""), xml_error);

    auto const parts =
        read_parts("<ListPartsResult><IsTruncated>true</IsTruncated><NextPartNumberMarker>3</"
                   "NextPartNumberMarker>"
                   "<Part><PartNumber>2</PartNumber><ETag>\"a\"</ETag><Size>10485760</Size></Part>"
                   "<Part><PartNumber>3</PartNumber><ETag>\"b\"</ETag><Size>5</Size></Part></"
                   "ListPartsResult>");
    BOOST_REQUIRE_EQUAL(parts.parts.size(), 2u);
    BOOST_TEST(parts.parts[0].number == 2);
    BOOST_TEST(parts.parts[0].size == 10485760u);
    BOOST_TEST(parts.parts[1].etag == "\"b\"");
    BOOST_TEST(parts.next == 3);

    auto const uploads = read_uploads(
        "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated><NextKeyMarker>a%20b</"
        "NextKeyMarker>"
        "<NextUploadIdMarker>2</NextUploadIdMarker><Upload><Key>a%20b</Key><UploadId>2</UploadId>"
        "<Initiated>2009-10-12T17:50:30.000Z</Initiated></Upload></ListMultipartUploadsResult>");
    BOOST_REQUIRE_EQUAL(uploads.uploads.size(), 1u);
    BOOST_TEST(uploads.uploads[0].key == "a b");
    BOOST_TEST(uploads.uploads[0].id == "2");
    BOOST_TEST((uploads.uploads[0].begun == at(1255369830)));
    BOOST_TEST(uploads.next_key == "a b");
    BOOST_TEST(uploads.next_id == "2");
}

BOOST_AUTO_TEST_CASE(deletions) {
    BOOST_TEST(read_deleted("<DeleteResult/>").empty());
    auto const failures =
        read_deleted("<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key>b</Key>"
                     "<Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>");
    BOOST_REQUIRE_EQUAL(failures.size(), 1u);
    BOOST_TEST(failures[0].key == "b");
    BOOST_TEST(failures[0].code == "AccessDenied");
}

BOOST_AUTO_TEST_CASE(what_is_written_is_escaped) {
    BOOST_TEST(write_deletion({"a<b>&c", "d"}) ==
               "<Delete><Quiet>true</Quiet><Object><Key>a&lt;b&gt;&amp;c</Key></Object>"
               "<Object><Key>d</Key></Object></Delete>");
    BOOST_TEST(write_completion({{1, "\"x\"", 0}, {2, "y", 0}}) ==
               "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"x\"</ETag></Part>"
               "<Part><PartNumber>2</PartNumber><ETag>y</ETag></Part></CompleteMultipartUpload>");
}

BOOST_AUTO_TEST_SUITE_END()
