// Items that several change at once and say what they have seen; the trash, and what leaves it for
// good.
#include <boost/test/unit_test.hpp>

#include "crypto/random.hpp"
#include "domain/files/sweeper.hpp"
#include "domain/trash/service.hpp"
#include "sql/statements.hpp"
#include "test/support/integration/accounts.hpp"

#include <spdlog/spdlog.h>

#include <filesystem>

namespace {

using namespace kinvault;
using namespace kinvault::domain;
using items::item;
using items::version_of;

config::catalogue small_catalogue() {
    config::subcategory passport{"passport", "Passport", "x"};
    passport.fields = {{"passport_number", "Number", "text", false, true, {}}};
    config::catalogue made;
    made.categories = {{"ids", "IDs", "x", {passport}}};
    return made;
}

/// A folder that is removed at the end.
struct own_folder {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("kinvault-trash-" + crypto::random_uuid());
    ~own_folder() { std::filesystem::remove_all(path); }
};

struct versions_fixture : test::accounts_fixture {
    own_folder folder;
    std::unique_ptr<blob::store> store = blob::make_folder_store(folder.path, pool);
    config::catalogue catalogue = small_catalogue();
    items::service items{db, catalogue, keys};
    trash::service trash{db, *store, items};
    auth::token_response const ada = make_user("ada");

    versions_fixture() { run(store->check()); }

    static caller with(role needed, auth::token_response const& user) {
        auto who = caller_of(user);
        who.needed = needed;
        return who;
    }
    caller member() const { return with(role::member, ada); }
    item make_item(std::string const& name = "Passport") {
        items::create_item sent;
        sent.category = "ids";
        sent.subcategory = "passport";
        sent.name = std::string(name);
        sent.fields.value = {{std::string("passport_number"), "X1"}};
        return run(items.create(member(), std::move(sent)));
    }
    item get(std::string const& id) { return run(items.get(member(), id)); }

    static items::precondition expecting(std::string version) {
        return items::expected_versions{{std::move(version)}};
    }
    task<item> rename(std::string const& id, std::string const& name,
                      items::precondition expected = {}) {
        items::change_item sent;
        sent.name = schema::text<255>(name);
        sent.fields.emplace();
        sent.fields->push_back({std::string("passport_number"), name});
        return items.change(member(), id, std::move(sent), std::move(expected));
    }

    /// The name of the item that somebody gets who expected another; empty if it was as expected.
    template <class T>
    static std::string mismatch(test::background<T>& one) {
        try {
            one.get();
        } catch (items::version_mismatch const& what) {
            return what.current().name;
        }
        return {};
    }
    template <class T>
    std::string mismatch(task<T> what) {
        auto one = begin(std::move(what));
        return mismatch(one);
    }

    std::string object_path(std::string const& key) const { return folder.path / key; }
    task<void> write_object(std::string key) {
        auto writer = co_await store->create(key);
        std::array<std::uint8_t, 3> const bytes{1, 2, 3};
        co_await writer->write(bytes);
        co_await writer->finish();
    }
    /// An object on its way, as an upload leaves it before its row.
    std::string make_object() {
        std::string const key = crypto::random_uuid() + ".enc";
        pg::parameters parameters(key);
        run(db.run(sql::files::begin, std::move(parameters)));
        run(write_object(key));
        return key;
    }
    task<pg::result> store_row(std::string item_id, std::string key) {
        auto const who = member();
        pg::parameters parameters(who.token_hash, who.org_id, item_id, crypto::random_uuid(), key,
                                  "scan.pdf", "Scan", 3, "application/pdf", "other", "", "", 2, "");
        return db.run(sql::files::store, std::move(parameters));
    }
    std::string add_file(std::string const& item_id) {
        auto const key = make_object();
        run(store_row(item_id, key));
        return key;
    }
    std::string count(std::string const& from) const {
        return own.execute("select count(*) from " + from);
    }
};

/// What is expected to go wrong is not logged.
struct quiet {
    spdlog::level::level_enum before = spdlog::get_level();
    quiet() { spdlog::set_level(spdlog::level::off); }
    ~quiet() { spdlog::set_level(before); }
};

constexpr char no_item[] = "404 Item not found";
constexpr char insufficient[] = "403 Insufficient permissions";

} // namespace

BOOST_FIXTURE_TEST_SUITE(item_versions, versions_fixture)

BOOST_AUTO_TEST_CASE(of_several_changes_of_one_version_one_is_done) {
    auto const made = make_item();
    std::vector<test::background<item>> running;
    for (int i = 0; i < 8; ++i) {
        running.push_back(
            begin(rename(made.id, "name " + std::to_string(i), expecting(version_of(made)))));
    }
    int done = 0;
    std::vector<std::string> told;
    for (auto& one : running) {
        auto const other = mismatch(one);
        if (other.empty())
            ++done;
        else
            told.push_back(other);
    }
    BOOST_TEST(done == 1);
    auto const now = get(made.id);
    BOOST_TEST(now.fields.at(0).field_value.value() == now.name);
    BOOST_TEST(told.size() == 7);
    for (auto const& name : told) BOOST_TEST(name == now.name);
}

BOOST_AUTO_TEST_CASE(a_change_waits_for_the_one_before_it_and_then_sees_it) {
    auto const made = make_item();
    test::stall stall(*this, "item_field_values");
    auto first = begin(rename(made.id, "first", expecting(version_of(made))));
    stall.wait_for(1, first);
    auto second = begin(rename(made.id, "second", expecting(version_of(made))));
    stall.wait_for(2, second);
    auto third = begin(items.archive(member(), made.id, expecting(version_of(made))));
    stall.wait_for(3, third);
    stall.release();
    BOOST_TEST(mismatch(first) == "");
    BOOST_TEST(mismatch(second) == "first");
    BOOST_TEST(mismatch(third) == "first");
}

BOOST_AUTO_TEST_CASE(without_a_version_all_changes_are_done_as_before) {
    auto const made = make_item();
    std::vector<test::background<item>> running;
    for (int i = 0; i < 8; ++i) running.push_back(begin(rename(made.id, std::to_string(i))));
    for (auto& one : running) BOOST_TEST(test::outcome(one) == "ok");
    auto const now = get(made.id);
    BOOST_TEST(now.fields.at(0).field_value.value() == now.name);
    BOOST_TEST(mismatch(rename(made.id, "any", expecting("*"))) == "");
    BOOST_TEST(mismatch(rename(made.id, "none", items::expected_versions{})) == "any");
}

BOOST_AUTO_TEST_CASE(a_version_names_what_is_shown_of_an_item) {
    auto const made = make_item();
    auto const first = version_of(made);
    BOOST_TEST(version_of(get(made.id)) == first);
    auto const second = version_of(run(rename(made.id, "x", expecting(first))));
    BOOST_TEST(version_of(get(made.id)) == second);
    BOOST_TEST(second != first);
    add_file(made.id);
    auto const with_file = version_of(get(made.id));
    BOOST_TEST(with_file != second);
    own.execute("update file_attachments set display_name = 'Another'");
    auto const renamed = version_of(get(made.id));
    BOOST_TEST(renamed != with_file);
    BOOST_TEST(mismatch(rename(made.id, "y", expecting(with_file))) == "x");
    BOOST_TEST(mismatch(rename(made.id, "y", expecting(renamed))) == "");
    // Back as it was, but for the moment.
    auto const third = version_of(get(made.id));
    run(items.archive(member(), made.id));
    auto const archived = get(made.id);
    auto const restored = run(trash.restore(member(), made.id));
    BOOST_TEST(version_of(archived) != third);
    BOOST_TEST(version_of(restored) != third);
    BOOST_TEST(version_of(restored) != version_of(archived));
    BOOST_TEST(version_of(restored) == version_of(get(made.id)));
}

BOOST_AUTO_TEST_CASE(archiving_and_removing_ask_for_the_version_too) {
    auto const made = make_item();
    auto const now = run(rename(made.id, "changed"));
    auto const admin = with(role::admin, ada);
    BOOST_TEST(mismatch(items.archive(member(), made.id, expecting(version_of(made)))) ==
               "changed");
    BOOST_TEST(mismatch(trash.destroy(admin, made.id, expecting(version_of(made)))) == "changed");
    BOOST_TEST(!get(made.id).is_archived);
    BOOST_TEST(refusal(items.archive(member(), made.id, expecting(version_of(now)))) == "ok");
    BOOST_TEST(refusal(items.archive(member(), made.id, expecting(version_of(now)))) == no_item);
    BOOST_TEST(refusal(rename(made.id, "late", expecting(version_of(now)))) == no_item);
    auto const archived = version_of(get(made.id));
    BOOST_TEST(mismatch(trash.destroy(admin, made.id, expecting(archived))) == "");
    BOOST_TEST(count("items") == "0");
}

BOOST_AUTO_TEST_CASE(an_archived_item_comes_back_once_to_those_who_may) {
    auto const viewer = make_user("vic");
    add_member(ada, viewer, "viewer");
    auto const stranger = make_user("sam");
    auto const made = make_item();
    BOOST_TEST(refusal(trash.restore(member(), made.id)) == no_item);
    run(items.archive(member(), made.id));
    auto as_viewer = with(role::member, viewer);
    as_viewer.org_id = ada.user.active_org_id;
    BOOST_TEST(refusal(trash.restore(as_viewer, made.id)) == insufficient);
    BOOST_TEST(refusal(trash.restore(with(role::member, stranger), made.id)) == no_item);
    BOOST_TEST(get(made.id).is_archived);
    auto first = begin(trash.restore(member(), made.id));
    auto second = begin(trash.restore(member(), made.id));
    std::string const outcomes = test::outcome(first) + ", " + test::outcome(second);
    BOOST_TEST(
        (outcomes == std::string("ok, ") + no_item || outcomes == std::string(no_item) + ", ok"),
        outcomes);
    auto const back = get(made.id);
    BOOST_TEST(!back.is_archived);
    BOOST_TEST(back.fields.at(0).field_value.value() == "X1");
    BOOST_TEST(run(items.list(member(), {})).total == 1);
}

BOOST_AUTO_TEST_CASE(removing_for_good_is_for_admins_and_takes_the_files) {
    auto const bea = make_user("bea");
    add_member(ada, bea, "member");
    auto const made = make_item();
    auto const other = make_item("Other");
    auto const key = add_file(made.id);
    auto const kept = add_file(other.id);
    auto as_member = with(role::member, bea);
    as_member.org_id = ada.user.active_org_id;
    BOOST_TEST(refusal(trash.destroy(as_member, made.id, {})) == insufficient);
    BOOST_TEST(refusal(trash.destroy(with(role::member, bea), made.id, {})) == no_item);
    BOOST_TEST(count("items") == "2");
    BOOST_TEST(std::filesystem::exists(object_path(key)));

    BOOST_TEST(refusal(trash.destroy(member(), made.id, {})) == "ok");
    BOOST_TEST(refusal(trash.destroy(member(), made.id, {})) == no_item);
    BOOST_TEST(refusal(items.get(member(), made.id)) == no_item);
    BOOST_TEST(!std::filesystem::exists(object_path(key)));
    BOOST_TEST(std::filesystem::exists(object_path(kept)));
    BOOST_TEST(count("pending_blobs") == "0");
    BOOST_TEST(count("file_attachments") == "1");
    BOOST_TEST(own.execute("select string_agg(action, ' ' order by action) from audit_log where "
                           "detail like '%" +
                           made.id + "' and user_id = '" + ada.user.id + "'") ==
               "file_deleted item_deleted");
}

BOOST_AUTO_TEST_CASE(an_object_that_cannot_be_removed_now_is_swept_later) {
    auto const made = make_item();
    auto const key = add_file(made.id);
    quiet const expected;
    // The name of the object is taken by a folder that is not empty: it cannot be unlinked.
    std::filesystem::remove(object_path(key));
    std::filesystem::create_directories(std::filesystem::path(object_path(key)) / "x");
    BOOST_TEST(refusal(trash.destroy(member(), made.id, {})) == "ok");
    BOOST_TEST(count("file_attachments") == "0");
    BOOST_TEST(own.execute("select key from pending_blobs") == key);
    std::filesystem::remove_all(object_path(key));
    run(write_object(key));
    BOOST_TEST(run(files::sweep(db, *store, std::chrono::minutes(10))).removed == 1);
    BOOST_TEST(!std::filesystem::exists(object_path(key)));
}

BOOST_AUTO_TEST_CASE(a_file_that_arrives_just_before_its_item_is_removed_goes_with_it) {
    auto const made = make_item();
    auto const key = make_object();
    test::stall stall(*this, "file_attachments");
    auto storing = begin(store_row(made.id, key));
    stall.wait_for(1, storing);
    auto removing = begin(trash.destroy(member(), made.id, {}));
    stall.wait_for(2, removing);
    stall.release();
    BOOST_TEST(!storing.get().is_null(0, 4));
    removing.get();
    BOOST_TEST(count("items") == "0");
    BOOST_TEST(count("file_attachments") == "0");
    BOOST_TEST(count("pending_blobs") == "0");
    BOOST_TEST(!std::filesystem::exists(object_path(key)));
}

BOOST_AUTO_TEST_CASE(a_file_that_arrives_just_after_that_finds_no_item) {
    auto const made = make_item();
    auto const key = make_object();
    test::stall stall(*this, "audit_log");
    auto removing = begin(trash.destroy(member(), made.id, {}));
    stall.wait_for(1, removing);
    auto storing = begin(store_row(made.id, key));
    stall.wait_for(2, storing);
    stall.release();
    removing.get();
    BOOST_TEST(!found(storing.get()));
    BOOST_TEST(count("file_attachments") == "0");
    // The upload is told so and discards its object; should it not come to that, the sweeper does.
    BOOST_TEST(own.execute("select key from pending_blobs") == key);
}

BOOST_AUTO_TEST_CASE(time_removes_what_has_been_in_the_trash_long_enough) {
    auto const live = make_item("live");
    auto const recent = make_item("recent");
    std::string key;
    for (int i = 0; i < 60; ++i) {
        auto const old = make_item("old");
        if (i == 0) key = add_file(old.id);
        run(items.archive(member(), old.id));
    }
    run(items.archive(member(), recent.id));
    own.execute("update items set updated_at = now() - interval '31 days' where name <> 'recent'");
    auto first = begin(trash.purge(30));
    auto second = begin(trash.purge(30));
    BOOST_TEST(first.get() + second.get() == 60);
    BOOST_TEST(own.execute("select string_agg(name, ' ' order by name) from items") ==
               "live recent");
    BOOST_TEST(own.execute("select key from pending_blobs") == key);
    BOOST_TEST(count("audit_log where action = 'item_deleted' and user_id is null") == "60");
    BOOST_TEST(count("audit_log where action = 'file_deleted' and user_id is null") == "1");
    BOOST_TEST(run(trash.purge(30)) == 0);
    BOOST_TEST(run(files::sweep(db, *store, std::chrono::minutes(10))).removed == 1);
    BOOST_TEST(!std::filesystem::exists(object_path(key)));
}

BOOST_AUTO_TEST_SUITE_END()
