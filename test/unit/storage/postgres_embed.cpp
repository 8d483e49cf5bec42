// The tool that compiles sql/ into constants (sql/tool/embed.cpp), run as the build runs it.
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <sys/wait.h>

namespace {

namespace fs = std::filesystem;

/// A folder like sql/, and the tool beside this program.
struct fixture {
    fs::path const folder =
        fs::temp_directory_path() / ("kinvault_embed_" + std::to_string(std::random_device()()));
    std::string complaint;

    fixture() {
        fs::create_directories(folder / "sql/queries");
        fs::create_directories(folder / "sql/migrations");
    }
    ~fixture() { fs::remove_all(folder); }

    void put(std::string const& name, std::string const& text) const {
        std::ofstream(folder / "sql" / name, std::ios::binary) << text;
    }

    std::string get(fs::path const& path) const {
        std::ifstream in(path, std::ios::binary);
        std::ostringstream text;
        text << in.rdbuf();
        return text.str();
    }

    bool run() {
        auto const tool = fs::read_symlink("/proc/self/exe").parent_path() / "kinvault_embed_sql";
        BOOST_TEST_REQUIRE(fs::exists(tool));
        auto const command = "'" + tool.string() + "' '" + (folder / "sql").string() + "' '" +
                             (folder / "out").string() + "' 2>'" + (folder / "complaint").string() +
                             "'";
        int const status = std::system(command.c_str());
        complaint = get(folder / "complaint");
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }

    std::string header() const { return get(folder / "out/statements.hpp"); }
    std::string source() const { return get(folder / "out/statements.cpp"); }
    std::string migrations() const { return get(folder / "out/migrations.cpp"); }

    /// One module `m.sql` with that text is refused, with file, line and reason.
    void refuses(std::string const& text, std::string const& where, std::string const& why) {
        put("queries/m.sql", text);
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(!run());
            BOOST_TEST(complaint.find(where) != std::string::npos, complaint);
            BOOST_TEST(complaint.find(why) != std::string::npos, complaint);
        }
    }
};

bool has(std::string const& text, std::string const& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(postgres_embed, fixture)

BOOST_AUTO_TEST_CASE(statements_become_constants) {
    put("queries/_fragments.sql", "-- fragment: caller\ncaller as (select $1) -- who\n"
                                  "-- fragment: both\n{{caller}}, {{ more }}\n"
                                  "-- fragment: more\nmore as (select 2)\n");
    put("queries/items.sql", "-- All about items.\n-- fragment: own\nx.id\n"
                             "-- name: by_id\nwith {{both}}\nselect {{own}}, $2::text; -- done\n\n"
                             "-- name: register\n/* a /* nested */ comment */ select 1\n"
                             "-- name: included\nwith\n-- include: caller\nselect 3;\n");
    BOOST_TEST_REQUIRE(run(), complaint);
    BOOST_TEST(has(header(), "namespace items {"));
    BOOST_TEST(has(header(), "extern pg::statement const by_id; // 2"));
    BOOST_TEST(has(header(), "extern pg::statement const register_; // 0"));
    BOOST_TEST(has(source(), "\"items.by_id\""));
    BOOST_TEST(has(source(), "\"items.register\""));
    BOOST_TEST(has(source(), "\"with caller as (select $1), more as (select 2)\\n\"\n"
                             "    \"select x.id, $2::text\",\n    2, true}"));
    BOOST_TEST(has(source(), "\"with\\n\"\n    \"caller as (select $1)\\n\"\n    \"select 3\","));
    BOOST_TEST(!has(source(), "comment"));
    BOOST_TEST(!has(source(), "who"));
}

BOOST_AUTO_TEST_CASE(what_only_reads_is_known) {
    put("queries/m.sql",
        "-- name: reads\nwith a as (SELECT updated_at from locks) select $1, now() from a\n"
        "-- name: writes\nwith a as (Delete from t returning id) select $1 from a\n"
        "-- name: locks\nselect $1 from t for update\n"
        "-- name: shares\nselect $1 from t for share\n"
        "-- name: waits\nselect pg_advisory_xact_lock($1)\n"
        "-- name: sets\nset local x = $1\n");
    BOOST_TEST_REQUIRE(run(), complaint);
    auto const reads = [this](std::string const& name) {
        auto const begin = source().find("\"m." + name + "\"");
        BOOST_TEST_REQUIRE(begin != std::string::npos);
        return source().substr(begin, source().find("};", begin) - begin).ends_with(", true");
    };
    BOOST_TEST(reads("reads"));
    for (auto const* const other : {"writes", "locks", "shares", "waits", "sets"})
        BOOST_TEST(!reads(other), other);
}

BOOST_AUTO_TEST_CASE(quotes_are_left_alone) {
    put("queries/m.sql", R"(-- name: one
select '$9 -- ''no'' ; {{x}}', E'it\'s $8', "col;$7", $tag$ -- $6 ; '$tag$, $$ $5 ; $$, a$4, $1
)");
    BOOST_TEST_REQUIRE(run(), complaint);
    BOOST_TEST(has(source(), R"('$9 -- ''no'' ; {{x}}', E'it\\'s $8', \"col;$7\", )"
                             R"($tag$ -- $6 ; '$tag$, $$ $5 ; $$, a$4, $1",)"),
               source());
    BOOST_TEST(has(header(), "one; // 1"));
}

BOOST_AUTO_TEST_CASE(mistakes_are_named_with_file_and_line) {
    refuses("select 1;\n", "m.sql:1:", "before the first");
    refuses("-- name: Bad\nselect 1\n", "m.sql:1:", "is no name");
    refuses("-- name: one\nselect 1\n-- name: one\nselect 2\n", "m.sql:3:", "a second 'one'");
    refuses("-- name: one\n-- nothing\n", "m.sql:1:", "no statement");
    refuses("-- name: one\nselect $1,\n $3\n", "m.sql:1:", "$2 is missing");
    refuses("-- name: one\nselect $0\n", "m.sql:2:", "no parameter $0");
    refuses("-- name: one\nselect 1;\nselect 2;\n", "m.sql:3:", "after the semicolon");
    refuses("-- name: one\nselect\n {{nobody}}\n", "m.sql:3:", "no fragment 'nobody'");
    refuses("-- name: one\nselect\n-- include: nobody\n", "m.sql:3:", "no fragment 'nobody'");
    refuses("-- name: one\nselect {{x\n", "m.sql:2:", "without '}}'");
    refuses("-- name: one\nselect 'x\n\n", "m.sql:2:", "a quote without end");
    refuses("-- name: one\nselect $q$ x\n\n", "m.sql:2:", "without end");
    refuses("-- name: one\nselect 1 /* x\n", "m.sql:2:", "a comment without end");
    refuses("-- fragment: f\n{{f}}\n-- name: one\nselect {{f}}\n", "m.sql:1:", "includes itself");
    refuses("-- fragment: f\n1\n-- fragment: f\n2\n", "m.sql:3:", "a second fragment 'f'");
    refuses("-- fragment: f\n1;\n-- name: one\nselect {{f}}\n", "m.sql:2:", "semicolon");
    refuses("-- name: " + std::string(60, 'x') + "\nselect 1\n", "m.sql:1:", "too long");
}

BOOST_AUTO_TEST_CASE(migrations_are_numbered_without_gaps) {
    put("migrations/0002_second.sql", "select 2;\n-- kept\n");
    put("migrations/0001_first.sql", "select 'a\\b\t';\n");
    BOOST_TEST_REQUIRE(run(), complaint);
    BOOST_TEST(has(migrations(), "{1, \"first\",\n    \"select 'a\\\\b\\011';\\n\"}"));
    BOOST_TEST(has(migrations(), "{2, \"second\""));
    BOOST_TEST(has(migrations(), "-- kept"));

    put("migrations/0004_fourth.sql", "select 4");
    BOOST_TEST(!run());
    BOOST_TEST(has(complaint, "0004_fourth.sql:1: number 3 is missing"), complaint);
    fs::rename(folder / "sql/migrations/0004_fourth.sql", folder / "sql/migrations/0002_zwei.sql");
    BOOST_TEST(!run());
    BOOST_TEST(has(complaint, "0002 is there twice"), complaint);
    fs::rename(folder / "sql/migrations/0002_zwei.sql", folder / "sql/migrations/third.sql");
    BOOST_TEST(!run());
    BOOST_TEST(has(complaint, "third.sql:1: the file name"), complaint);
}

BOOST_AUTO_TEST_CASE(nothing_at_all_is_fine) {
    BOOST_TEST(run(), complaint);
    BOOST_TEST(has(source(), "return {};"));
    BOOST_TEST(has(migrations(), "return {};"));
}

BOOST_AUTO_TEST_SUITE_END()
