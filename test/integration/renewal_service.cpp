// Renewal on days that tests choose, two at once, and what search finds afterwards.
#include <boost/test/unit_test.hpp>

#include "config/catalogue.hpp"
#include "domain/renewal/service.hpp"
#include "domain/search/service.hpp"
#include "test/support/integration/accounts.hpp"

#include <algorithm>

namespace {

using namespace kinvault;
using namespace domain;
using items::item;

struct fixture : test::accounts_fixture {
    config::catalogue catalogue = config::load_catalogue(config::find_catalogue_dir({}));
    sys_days today = parse_day("2028-02-29").value();
    items::service items{db, catalogue, keys};
    renewal::service service{db, catalogue, items, [this] { return today; }};
    search::service search{db, items};
    caller who = caller_of(make_user("ada"));

    item make(std::int64_t version, std::string const& start, std::string const& end) {
        items::create_item sent;
        sent.category = "insurance";
        sent.subcategory = "auto_insurance";
        sent.name = "Car";
        sent.encryption_version.value = version;
        sent.fields.value = {
            {{"policy_number"}, "PN-1"}, {{"start_date"}, start}, {{"end_date"}, end}};
        return run(items.create(who, std::move(sent)));
    }

    static std::string value(item const& of, std::string const& key) {
        for (auto const& one : of.fields) {
            if (one.field_key == key) return one.field_value.value_or("null");
        }
        return "none";
    }

    std::size_t found(std::string const& text) {
        return run(search.find(who, search::search_query{text})).items.size();
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(renewal_service, fixture)

BOOST_AUTO_TEST_CASE(it_is_found_by_its_new_dates_and_never_by_ciphertext) {
    auto const old = make(1, "2026-01-01", "2026-01-31");
    BOOST_TEST(found("2026-01-31") == 1u);
    auto const fresh = run(service.renew(who, old.id));
    BOOST_TEST(value(fresh, "start_date") == "2028-02-29");
    BOOST_TEST(value(fresh, "end_date") == "2028-03-30");
    BOOST_TEST(value(fresh, "policy_number") == "PN-1");
    BOOST_TEST(found("2028-03-30") == 1u);
    BOOST_TEST(found("2026-01-31") == 0u);
    // The number is encrypted, and base64 is full of these.
    for (std::string const text : {"PN-1", "=", "+", "/"}) BOOST_TEST(found(text) == 0u);
    auto const read = run(items.get(who, fresh.id));
    BOOST_TEST(value(read, "policy_number") == "PN-1");
    BOOST_TEST(read.fields.size() == 3u);
    BOOST_TEST(value(run(items.get(who, old.id)), "end_date") == "2028-02-29");
}

BOOST_AUTO_TEST_CASE(version_2_is_copied_as_it_is) {
    auto const old = make(2, "c3RhcnQ=", "2026-01-31");
    auto const fresh = run(service.renew(who, old.id));
    BOOST_TEST(fresh.encryption_version == 2);
    BOOST_TEST(value(fresh, "start_date") == "c3RhcnQ=");
    BOOST_TEST(value(fresh, "end_date") == "2026-01-31");
    BOOST_TEST(value(run(items.get(who, old.id)), "end_date") == "2026-01-31");
    BOOST_TEST(found("2026-01-31") == 0u);
}

BOOST_AUTO_TEST_CASE(of_several_at_once_one_succeeds) {
    auto const old = make(1, "2026-01-01", "2026-01-31");
    std::vector<test::background<item>> running;
    for (int i = 0; i < 4; ++i) running.push_back(begin(service.renew(who, old.id)));
    int succeeded = 0;
    for (auto& one : running) {
        auto const became = test::outcome(one);
        if (became == "ok")
            ++succeeded;
        else
            BOOST_TEST(became == "404 Item not found");
    }
    BOOST_TEST(succeeded == 1);
    BOOST_TEST(own.execute("select count(*) from items") == "2");
}

BOOST_AUTO_TEST_SUITE_END()
