#include "config/catalogue.hpp"

#include "support.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace kinvault::config;
namespace fs = std::filesystem;

namespace {

fs::path const shipped = KINVAULT_SOURCE_DIR "/config/catalogue";

catalogue const& read_once() {
    static catalogue const result = load_catalogue(shipped);
    return result;
}

/// A copy of the shipped catalogue that a test may break.
struct copied_catalogue {
    copied_catalogue() { fs::copy(shipped, folder); }

    /// Replaces the first `from` in a file by `to`.
    void change(std::string const& file, std::string const& from, std::string const& to) {
        std::ifstream in(folder / file);
        std::string text(std::istreambuf_iterator<char>(in), {});
        auto at = text.find(from);
        BOOST_REQUIRE_MESSAGE(at != std::string::npos, file << " has no " << from);
        std::ofstream(folder / file) << text.replace(at, from.size(), to);
    }
    std::string error() const {
        try {
            load_catalogue(folder);
            return "none";
        } catch (catalogue_error const& e) {
            return e.what();
        }
    }
    temporary_folder root;
    fs::path folder = root.path;
};

std::vector<std::string> keys_with(bool subcategory::*flag) {
    std::vector<std::string> result;
    for (auto const& owner : read_once().categories)
        for (auto const& entry : owner.subcategories)
            if (entry.*flag) result.push_back(entry.key);
    std::sort(result.begin(), result.end());
    return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(catalogue_files)

BOOST_AUTO_TEST_CASE(everything_of_the_contract_is_there) {
    auto const& all = read_once();
    std::size_t fields = 0, subcategories = 0, encrypted = 0, covered = 0, rows = 0, types = 0;
    for (auto const& owner : all.categories)
        for (auto const& entry : owner.subcategories) {
            ++subcategories;
            fields += entry.fields.size();
            for (auto const& f : entry.fields) encrypted += f.encrypted_v1;
            if (!entry.coverage) continue;
            ++covered;
            rows += entry.coverage->default_rows.size() + entry.coverage->plan_limits.size();
        }
    for (auto const& country : all.visa_countries) types += country.types.size();
    BOOST_TEST(all.categories.size() == 4u);
    BOOST_TEST(subcategories == 28u);
    BOOST_TEST(fields == 224u);
    BOOST_TEST(encrypted == 27u);
    BOOST_TEST(covered == 14u);
    BOOST_TEST(rows == 117u);
    BOOST_TEST(all.us_states.size() == 50u);
    BOOST_TEST(all.provider_names.size() == 152u);
    BOOST_TEST(all.provider_details.size() == 40u);
    BOOST_TEST(types == 131u);
    BOOST_TEST(all.reminders.size() == 24u);
}

BOOST_AUTO_TEST_CASE(a_plain_subcategory) {
    auto const* passport = read_once().find_subcategory("ids", "passport");
    BOOST_REQUIRE(passport);
    BOOST_TEST(passport->label == "Passports");
    BOOST_TEST(passport->icon == "globe");
    BOOST_TEST(passport->recommended);
    BOOST_TEST(!passport->field_groups.has_value());
    BOOST_TEST(!passport->coverage.has_value());
    BOOST_TEST(passport->fields.size() == 5u);
    BOOST_TEST(passport->fields.front().key == "full_name");
    BOOST_TEST(passport->find_field("passport_number")->encrypted_v1);
    BOOST_TEST(!passport->find_field("country")->encrypted_v1);
    BOOST_TEST(!passport->find_field("issue_date")->required);
    BOOST_TEST(!passport->find_field("nothing"));
    BOOST_TEST((passport->file_slots == std::vector<std::string>{"front_image", "back_image"}));
    BOOST_TEST(!read_once().find_subcategory("insurance", "passport"));
    BOOST_TEST(!read_once().find_category("nothing"));
    BOOST_TEST(read_once().find_subcategory("passport") == passport);
}

BOOST_AUTO_TEST_CASE(groups_options_and_coverage) {
    auto const* home = read_once().find_subcategory("insurance", "homeowners_insurance");
    BOOST_REQUIRE(home);
    BOOST_REQUIRE(home->field_groups.has_value());
    BOOST_TEST(home->field_groups->size() == 2u);
    BOOST_TEST(home->field_groups->at(1).label == "Property Address");
    BOOST_TEST(home->fields.size() == 20u);
    auto const* state = home->find_field("state");
    BOOST_REQUIRE((state && state->options));
    BOOST_TEST(state->options->size() == 50u);
    BOOST_TEST(state->options->at(4).value == "California");
    BOOST_TEST(state->options->at(4).label == "California");
    BOOST_TEST(home->find_field("payment_frequency")->options->size() == 6u);
    auto const* visa = read_once().find_subcategory("ids", "visa");
    BOOST_TEST(visa->find_field("entry_type")->options->at(3).value == "Transit");

    auto const* health = read_once().find_subcategory("insurance", "health_insurance");
    BOOST_REQUIRE((health && health->coverage));
    BOOST_TEST(health->coverage->layout == "health");
    BOOST_TEST(health->coverage->supports_providers);
    BOOST_TEST(health->coverage->plan_limits.at(5).key == "deductible_family_out");
    BOOST_TEST(health->coverage->plan_limits.at(5).group == "out_of_network");
    BOOST_TEST(health->coverage->plan_limits.at(5).sort_order == 5);
    BOOST_TEST(health->coverage->default_rows.at(12).label == "Rx — Generic");
    BOOST_TEST(health->coverage->default_rows.at(12).section == "Prescription Drugs");
    BOOST_TEST(health->coverage->default_rows.at(12).sort_order == 12);
    BOOST_TEST(health->find_field("payment_frequency")->options->size() == 5u);
}

BOOST_AUTO_TEST_CASE(what_subcategories_can_do) {
    std::vector<std::string> const policies{"auto_insurance",       "health_insurance",
                                            "homeowners_insurance", "life_insurance",
                                            "other_insurance",      "renters_insurance"};
    BOOST_TEST(keys_with(&subcategory::insurance) == policies, boost::test_tools::per_element());
    std::vector<std::string> const renewable{"auto_insurance",    "bop",
                                             "commercial_auto",   "commercial_property",
                                             "cyber_liability",   "general_liability",
                                             "health_insurance",  "homeowners_insurance",
                                             "life_insurance",    "other_business_insurance",
                                             "other_insurance",   "professional_liability",
                                             "renters_insurance", "workers_compensation"};
    BOOST_TEST(keys_with(&subcategory::renewable) == renewable, boost::test_tools::per_element());
    std::vector<std::string> const children{"bop",
                                            "business_license",
                                            "commercial_auto",
                                            "commercial_property",
                                            "cyber_liability",
                                            "general_liability",
                                            "other_business_insurance",
                                            "professional_liability",
                                            "tax_document",
                                            "workers_compensation"};
    BOOST_TEST(keys_with(&subcategory::linkable_child) == children,
               boost::test_tools::per_element());
    std::vector<std::string> const entities{"corporation", "llc", "partnership",
                                            "sole_proprietorship"};
    BOOST_TEST(keys_with(&subcategory::business_entity) == entities,
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(providers_and_visas) {
    auto const* aetna = read_once().find_provider("Aetna");
    BOOST_REQUIRE(aetna);
    BOOST_TEST(aetna->portal_url.value() == "https://www.aetna.com");
    BOOST_TEST(aetna->claims_address.value() ==
               "Aetna Inc.\nP.O. Box 981106\nEl Paso, TX 79998-1106");
    BOOST_TEST(aetna->contacts.size() == 4u);
    BOOST_TEST(aetna->contacts[1].label == "TTY");
    BOOST_TEST(aetna->contacts[1].contact_type == "phone");
    BOOST_TEST(!read_once().find_provider("Lemonade")->claims_address.has_value());
    // Known in detail, but not offered in the list.
    BOOST_TEST(read_once().find_provider("Cigna"));
    auto const& names = read_once().provider_names;
    BOOST_TEST(std::count(names.begin(), names.end(), "Cigna") == 0);
    BOOST_TEST(names.front() == "AARP");
    BOOST_TEST(names.back() == "Zurich Insurance Group");

    auto const& countries = read_once().visa_countries;
    BOOST_TEST(std::count_if(countries.begin(), countries.end(),
                             [](auto const& c) { return !c.types.empty(); }) == 24);
    BOOST_TEST(std::is_sorted(countries.begin(), countries.end(),
                              [](auto const& a, auto const& b) { return a.name < b.name; }));
    auto const* china = read_once().find_visa_country("China");
    BOOST_REQUIRE(china);
    BOOST_TEST(china->types.front() == "Tourist (L)");
    BOOST_TEST(china->contacts.front().value == "http://www.visaforchina.org");
    BOOST_TEST(!read_once().find_visa_country("china"));
}

BOOST_AUTO_TEST_CASE(business_reminders) {
    auto const& all = read_once().reminders;
    for (auto const& entry : all) {
        BOOST_TEST(!entry.note.empty(), entry.title);
        BOOST_TEST(entry.anniversary == entry.dates.empty(), entry.title);
    }
    auto it = std::find_if(all.begin(), all.end(),
                           [](auto const& r) { return r.title == "Quarterly Estimated Tax"; });
    BOOST_REQUIRE((it != all.end()));
    BOOST_TEST(it->dates.size() == 4u);
    BOOST_TEST(it->dates.back().month == 1);
    BOOST_TEST(it->dates.back().day == 15);
    BOOST_TEST(it->repeat == "quarterly");
    auto nevada = std::count_if(all.begin(), all.end(), [](auto const& r) {
        return r.scope == reminder_scope::state && r.state == "Nevada" && r.anniversary;
    });
    BOOST_TEST(nevada == 2);
    BOOST_TEST(read_once().find_reminder_entity("corporation")->state_field ==
               "state_of_incorporation");
    BOOST_TEST(!read_once().find_reminder_entity("partnership"));
}

BOOST_AUTO_TEST_CASE(where_it_is_found) {
    copied_catalogue other;
    BOOST_TEST(find_catalogue_dir(other.folder, "/nowhere/bin") == other.folder);
    BOOST_TEST(load_catalogue(find_catalogue_dir("", "/nowhere/bin")).categories.size() == 4u);
    BOOST_CHECK_EXCEPTION(
        find_catalogue_dir("/nowhere", "/nowhere/bin"), catalogue_error, [](auto const& e) {
            return std::string(e.what()) == "CATALOGUE_DIR: no categories.json in /nowhere";
        });
    fs::create_directories(other.folder / "usr/bin");
    fs::create_directories(other.folder / "usr/share/kinvault");
    fs::copy(shipped, other.folder / "usr/share/kinvault/catalogue");
    BOOST_TEST(fs::equivalent(find_catalogue_dir("", other.folder / "usr/bin"),
                              other.folder / "usr/share/kinvault/catalogue"));
}

struct breakage {
    std::string file, from, to, error;
};

BOOST_AUTO_TEST_CASE(a_fault_gives_its_file_and_path) {
    std::vector<breakage> const all{
        {"categories.json", R"("label": "Family IDs",)", "",
         "categories.json: $.categories[0].label: is missing"},
        {"categories.json", R"("icon": "id-card")", R"("icon": 7)",
         "categories.json: $.categories[0].icon: is not a text"},
        {"categories.json", R"("icon": "id-card")", R"("icon": "")",
         "categories.json: $.categories[0].icon: is empty"},
        {"categories.json", R"("icon": "id-card")", R"("icon": "x", "colour": "red")",
         "categories.json: $.categories[0].colour: is unknown (known are: slug, label, icon, "
         "subcategories)"},
        {"categories.json", R"("recommended": true)", R"("recommended": "yes")",
         "categories.json: $.categories[0].subcategories[0].recommended: is not true or false"},
        {"categories.json", R"("Issue Date", "type": "date")", R"("Issue Date", "type": "day")",
         "categories.json: $.categories[0].subcategories[0].fields[3].type: \"day\" is not one "
         "of: text, textarea, number, date, select, provider, person"},
        {"categories.json", R"("key": "issue_date")", R"("key": "full_name")",
         "categories.json: $.categories[0].subcategories[0].fields[3].key: \"full_name\" is given "
         "twice"},
        {"categories.json", R"("key": "passport",)", R"("key": "drivers_license",)",
         "categories.json: $.categories[0].subcategories[1].key: \"drivers_license\" is given "
         "twice"},
        {"categories.json", R"("key": "passport",)", R"("key": "Pass port",)",
         "categories.json: $.categories[0].subcategories[1].key: \"Pass port\" is not a key of "
         "a-z, 0-9 and _"},
        {"categories.json", R"("slug": "insurance")", R"("slug": "ids")",
         "categories.json: $.categories[1].slug: \"ids\" is given twice"},
        {"categories.json", R"("options": "payment_frequency")", R"("options": "nothing")",
         "categories.json: $.categories[1].subcategories[0].fields[3].options: \"nothing\" is no "
         "option list"},
        {"categories.json", R"(,
              "options": "payment_frequency")",
         "",
         "categories.json: $.categories[1].subcategories[0].fields[3].type: \"select\" and "
         "`options` go together"},
        {"categories.json", R"("slug": "ids")", R"("slug": "ids", "slug": "ids")",
         "categories.json: line 21, column 27: the member \"slug\" is given twice"},
        {"states.json", R"("Alaska",)", R"("Alabama",)",
         "states.json: $.us_states[1]: \"Alabama\" is given twice"},
        {"coverage.json", R"("subcategory": "health_insurance")", R"("subcategory": "boat")",
         "coverage.json: $.coverage[0].subcategory: \"boat\" is no subcategory"},
        {"coverage.json", R"("supports_providers": true,)", "",
         "coverage.json: $.coverage[0].supports_providers: is missing"},
        {"insurance_providers.json", R"("contact_type": "phone")", R"("contact_type": "fax")",
         "insurance_providers.json: $.details[0].contacts[0].contact_type: \"fax\" is not one of: "
         "phone, email, website, address"},
        {"visas.json", R"("countries": [)", R"("countries": [ 1,)",
         "visas.json: $.countries[0]: is not an object"},
        {"business_reminders.json", R"("03-15")", R"("02-29")",
         "business_reminders.json: $.reminders[0].dates[0]: \"02-29\" is not a day of every year "
         "(MM-DD)"},
        {"business_reminders.json", R"("state": "California")", R"("state": "Bavaria")",
         "business_reminders.json: $.reminders[10].state: \"Bavaria\" is not in states.json"},
        {"business_reminders.json", R"("entities": ["llc"])", R"("entities": ["bop"])",
         "business_reminders.json: $.reminders[0].entities[0]: \"bop\" is not in $.entities"},
    };
    for (auto const& one : all) {
        copied_catalogue broken;
        broken.change(one.file, one.from, one.to);
        BOOST_TEST(broken.error() == one.error);
    }
}

BOOST_AUTO_TEST_CASE(malformed_and_missing_files) {
    copied_catalogue broken;
    std::ofstream(broken.folder / "visas.json") << "{\n  \"countries\": [,]\n}\n";
    BOOST_TEST(broken.error() == "visas.json: line 2, column 17: malformed JSON: syntax error");
    std::ofstream(broken.folder / "visas.json") << "{\"countries\": []} x";
    BOOST_TEST(broken.error().starts_with("visas.json: line 1, column 19: malformed JSON: "));
    std::ofstream(broken.folder / "visas.json") << "{\"countries\": [";
    BOOST_TEST(broken.error().starts_with("visas.json: line 1, column 16: malformed JSON: "));
    fs::remove(broken.folder / "visas.json");
    BOOST_TEST(broken.error() == "visas.json: cannot be read in " + broken.folder.string());
}

BOOST_AUTO_TEST_SUITE_END()
