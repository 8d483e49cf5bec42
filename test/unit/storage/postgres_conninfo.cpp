// Connection strings.
#include <boost/test/unit_test.hpp>

#include "storage/postgres/conninfo.hpp"

#include <algorithm>
#include <stdexcept>

namespace {

using kinvault::pg::conninfo;

std::string setting(conninfo const& of, std::string_view keyword) {
    for (auto const& [name, value] : of.settings()) {
        if (name == keyword) return value;
    }
    return "(none)";
}

} // namespace

BOOST_AUTO_TEST_SUITE(postgres_conninfo)

BOOST_AUTO_TEST_CASE(urls_and_pairs) {
    conninfo const url("postgresql://me:s3cret@db.example:6000/vault?sslmode=require");
    BOOST_TEST(url.value("user") == "me");
    BOOST_TEST(url.value("password") == "s3cret");
    BOOST_TEST(url.value("dbname") == "vault");
    BOOST_TEST(url.value("sslmode") == "require");
    BOOST_TEST_REQUIRE(url.endpoints().size() == 1u);
    BOOST_TEST(url.endpoints()[0].host == "db.example");
    BOOST_TEST(url.endpoints()[0].port == "6000");
    BOOST_TEST(url.endpoints()[0].needs_lookup());

    conninfo const pairs("host=/run/pg dbname='my vault' port=6001");
    BOOST_TEST(pairs.value("dbname") == "my vault");
    BOOST_TEST(setting(pairs, "host") == "/run/pg");
    BOOST_TEST(setting(pairs, "hostaddr") == "(none)");
    BOOST_TEST(!pairs.endpoints()[0].needs_lookup());
}

BOOST_AUTO_TEST_CASE(a_driver_in_the_scheme_is_passed_over) {
    conninfo const url("postgresql+psycopg://u:a+b@h/d");
    BOOST_TEST(url.value("password") == "a+b");
    BOOST_TEST(url.endpoints()[0].host == "h");
    BOOST_TEST(conninfo("postgresql://u:a+b@h/d").value("password") == "a+b");
}

BOOST_AUTO_TEST_CASE(several_hosts_keep_their_ports) {
    conninfo several("postgresql://a:1,192.0.2.7:2,[::1]:3/d?target_session_attrs=read-write");
    BOOST_TEST_REQUIRE(several.endpoints().size() == 3u);
    BOOST_TEST(several.endpoints()[0].needs_lookup());
    BOOST_TEST(!several.endpoints()[1].needs_lookup());
    BOOST_TEST(!several.endpoints()[2].needs_lookup());
    auto found = several.endpoints();
    found[0].hostaddr = "192.0.2.1";
    found.insert(found.begin() + 1, found[0]);
    found[1].hostaddr = "192.0.2.2";
    several.endpoints(found);
    BOOST_TEST(setting(several, "host") == "a,a,192.0.2.7,::1");
    BOOST_TEST(setting(several, "hostaddr") == "192.0.2.1,192.0.2.2,,");
    BOOST_TEST(setting(several, "port") == "1,1,2,3");

    conninfo const one_port("host=a,b port=7");
    BOOST_TEST(one_port.endpoints()[1].port == "7");
    conninfo const by_address("host=name hostaddr=192.0.2.1 port=7");
    BOOST_TEST(!by_address.endpoints()[0].needs_lookup());
    BOOST_CHECK_THROW(conninfo("host=a,b port=1,2,3"), std::invalid_argument);
    BOOST_CHECK_THROW(conninfo("host=a,b hostaddr=192.0.2.1"), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_complaint_never_repeats_the_text) {
    for (auto const* bad : {"postgresql://u:hunter2@[::1/d", "hunter2", "nonsense=hunter2",
                            "postgresql://u:hunter2@h/d?hunter2"}) {
        try {
            conninfo const parsed(bad);
            BOOST_ERROR("accepted: " << bad);
        } catch (std::invalid_argument const& e) {
            BOOST_TEST(std::string(e.what()).find("hunter2") == std::string::npos);
        }
    }
    conninfo const good("postgresql://me:hunter2@h:1/d");
    BOOST_TEST(good.describe() == "h:1/d");
}

BOOST_AUTO_TEST_CASE(settings_are_set_and_defaulted) {
    conninfo some("host=h gssencmode=prefer");
    some.set_default("gssencmode", "disable");
    some.set_default("application_name", "x");
    some.set("application_name", "y");
    BOOST_TEST(setting(some, "gssencmode") == "prefer");
    BOOST_TEST(setting(some, "application_name") == "y");
    auto const all = some.settings();
    auto const named = [](auto const& one) { return one.first == "application_name"; };
    BOOST_TEST(std::count_if(all.begin(), all.end(), named) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
