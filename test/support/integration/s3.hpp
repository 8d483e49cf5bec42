// The S3 server of a test, and a bucket of its own. Used by test/integration/s3_*.cpp.
//
// The server is that of KINVAULT_TEST_S3 and KINVAULT_TEST_S3_TLS (http://access:secret@host:port),
// as test/support/s3/up prints them; without them these tests are skipped.
#pragma once

#include "storage/blob/s3/client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/tree/test_unit.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace kinvault::test {

/// Of the server that the environment names in `variable`; the bucket's name is new each time.
blob::s3::options s3_options(char const* variable = "KINVAULT_TEST_S3");

/// For the decorator boost::unit_test::precondition.
boost::test_tools::assertion_result has_s3(boost::unit_test::test_unit_id);

/// Makes the bucket; removes it at the end with all that is in it.
class s3_bucket {
  public:
    explicit s3_bucket(blob::s3::options const& settings);
    ~s3_bucket();
    s3_bucket(s3_bucket const&) = delete;
    s3_bucket& operator=(s3_bucket const&) = delete;

  private:
    asio::io_context loop_;
    blob::s3::client client_;
};

} // namespace kinvault::test
