// Compiles the files of sql/ into constants: kinvault_embed_sql SQLDIR OUTDIR writes
// statements.hpp, statements.cpp and migrations.cpp. Used by the build only; standard library only.
//
// queries/<module>.sql holds statements, each begun by a line `-- name: item_by_id`. Pieces that
// several share are begun by a line `-- fragment: caller` and are put in the place of `{{caller}}`
// or of a line `-- include: caller`; those in queries/_fragments.sql are known to all modules,
// others to their own. `{{packed(a, plain b)}}` is the text of a row of a list inside a row, as
// storage/postgres/record.hpp reads it; `plain` is what is neither text nor holds a semicolon.
// Other comments are dropped. migrations/NNNN_name.sql are taken as they are.

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct place {
    std::string file;
    int line = 1;
};

[[noreturn]] void fail(place const& at, std::string const& message) {
    throw std::runtime_error(at.file + ":" + std::to_string(at.line) + ": " + message);
}

std::string read(fs::path const& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in) fail({path.string()}, "cannot be read");
    return std::move(text).str();
}

std::string_view trim(std::string_view text) {
    auto const first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

bool is_keyword(std::string_view name) {
    // Of C++20; each between two blanks.
    constexpr std::string_view words =
        " alignas alignof and and_eq asm auto bitand bitor bool break case catch char "
        "char8_t char16_t char32_t class co_await co_return co_yield compl concept const "
        "const_cast consteval constexpr constinit continue decltype default delete do "
        "double dynamic_cast else enum explicit export extern false float for friend goto "
        "if inline int long mutable namespace new noexcept not not_eq nullptr operator or "
        "or_eq private protected public register reinterpret_cast requires return short "
        "signed sizeof static static_assert static_cast struct switch template this "
        "thread_local throw true try typedef typeid typename union unsigned using virtual "
        "void volatile wchar_t while xor xor_eq ";
    return words.find(" " + std::string(name) + " ") != std::string_view::npos;
}

/// A name as an identifier of C++: keywords get an underscore, `auth::register_`.
std::string identifier(std::string_view name) {
    return std::string(name) + (is_keyword(name) ? "_" : "");
}

/// What becomes part of an identifier.
void check_name(place const& at, std::string_view name) {
    bool const lower = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
    if (!lower || std::isdigit(static_cast<unsigned char>(name[0])) || name[0] == '_') {
        fail(at, "'" + std::string(name) + "' is no name: lower case letters, digits and _");
    }
}

/// A named part of a file: a statement or a fragment, text still as written.
struct section {
    std::string name;
    bool fragment = false;
    place at;      // of the directive
    place text_at; // of the first line of the text
    std::string text;
};

/// The word after `-- directive:` if the line is one.
bool directive(std::string_view line, std::string_view which, std::string_view& argument) {
    line = trim(line);
    if (!line.starts_with("--")) return false;
    line = trim(line.substr(2));
    if (!line.starts_with(which) || !line.substr(which.size()).starts_with(":")) return false;
    argument = trim(line.substr(which.size() + 1));
    return true;
}

/// Cuts a file at its directives. Before the first there may be comments only.
std::vector<section> sections(fs::path const& path) {
    std::vector<section> found;
    std::istringstream in(read(path));
    place at{path.string(), 0};
    for (std::string line; std::getline(in, line);) {
        ++at.line;
        if (line.find('\0') != std::string::npos) fail(at, "holds a NUL byte");
        std::string_view name;
        bool const fragment = directive(line, "fragment", name);
        if (fragment || directive(line, "name", name)) {
            check_name(at, name);
            section fresh{std::string(name), fragment, at, at, {}};
            ++fresh.text_at.line;
            found.push_back(std::move(fresh));
        } else if (!found.empty()) {
            found.back().text.append(line).append("\n");
        } else if (!trim(line).empty() && !trim(line).starts_with("--")) {
            fail(at, "text before the first '-- name:'");
        }
    }
    return found;
}

using fragments = std::map<std::string, section, std::less<>>;

/// Walks over the text of a statement: drops comments, puts fragments in, counts parameters.
class compiler {
  public:
    compiler(fragments const& known) : known_(known) {}

    void compile(section const& from) {
        auto const open = [&](auto const* one) { return one->name == from.name; };
        if (std::any_of(open_.begin(), open_.end(), open)) {
            fail(from.at, "fragment '" + from.name + "' includes itself");
        }
        open_.push_back(&from);
        // What is walked over is kept aside while a fragment is walked over in its midst.
        auto const text = std::exchange(text_, from.text);
        auto const position = std::exchange(position_, 0);
        auto const at = std::exchange(at_, from.text_at);
        while (position_ < text_.size()) step();
        text_ = text;
        position_ = position;
        at_ = at;
        open_.pop_back();
    }

    /// The statement without blank lines, and without its closing semicolon.
    std::string text(place const& at) const {
        std::string tidy;
        std::istringstream in(out_);
        for (std::string line; std::getline(in, line);) {
            line.erase(line.find_last_not_of(" \t\r") + 1);
            if (!line.empty()) tidy.append(tidy.empty() ? "" : "\n").append(line);
        }
        if (tidy.empty()) fail(at, "no statement");
        return tidy;
    }

    int parameters(place const& at) const {
        int expected = 0;
        for (int const number : parameters_) {
            if (number != ++expected) {
                fail(at, "parameter $" + std::to_string(expected) + " is missing");
            }
        }
        return expected;
    }

  private:
    bool ahead(std::string_view what) const {
        return std::string_view(text_).substr(position_).starts_with(what);
    }

    /// Takes n characters over, or passes over them.
    void take(std::size_t n, bool keep = true) {
        for (; n > 0 && position_ < text_.size(); --n, ++position_) {
            if (text_[position_] == '\n') ++at_.line;
            if (keep) out_.push_back(text_[position_]);
        }
    }

    void step() {
        char const c = text_[position_];
        bool const blank = std::isspace(static_cast<unsigned char>(c));
        if (ahead("--")) return line_comment();
        if (ahead("/*")) return block_comment();
        if (ahead("{{")) return placeholder();
        if (ended_ && !blank) fail(at_, "text after the semicolon that ends the statement");
        if (c == ';') return end_statement();
        if (c == '\'') return quoted('\'', is_escape_string());
        if (c == '"') return quoted('"', false);
        if (c == '$') return dollar();
        take(1);
    }

    void end_statement() {
        if (open_.size() > 1) fail(at_, "a semicolon in a fragment");
        ended_ = true;
        take(1, false);
    }

    void line_comment() {
        auto const end = std::min(text_.find('\n', position_), text_.size());
        auto const begin = position_ == 0 ? 0 : text_.rfind('\n', position_ - 1) + 1;
        auto const line = std::string_view(text_).substr(begin, end - begin);
        std::string_view name;
        if (directive(line, "include", name)) include(name);
        take(end - position_, false);
    }

    void block_comment() {
        auto const from = at_;
        int depth = 0;
        do {
            if (position_ >= text_.size()) fail(from, "a comment without end");
            int const change = ahead("/*") ? 1 : ahead("*/") ? -1 : 0;
            depth += change;
            take(change ? 2 : 1, false);
        } while (depth > 0);
        out_.push_back(' ');
    }

    void placeholder() {
        auto const end = text_.find("}}", position_);
        if (end == std::string::npos) fail(at_, "'{{' without '}}'");
        auto const name = trim(std::string_view(text_).substr(position_ + 2, end - position_ - 2));
        if (name.starts_with("packed(") && name.ends_with(")")) {
            out_.append(packed(name.substr(7, name.size() - 8)));
        } else {
            include(name);
        }
        take(end + 2 - position_, false);
    }

    /// Each text with its length in front, everything else between `~` and `;`.
    std::string packed(std::string_view list) const {
        // PostgreSQL passes at most 100 arguments to a function.
        constexpr int most = 32;
        std::string call = "concat(";
        int count = 0;
        while (!list.empty()) {
            auto const end = end_of_argument(list);
            auto argument = trim(list.substr(0, end));
            list.remove_prefix(std::min(list.size(), end + 1));
            if (argument.empty()) fail(at_, "an empty argument of packed()");
            if (count > 0) call.append(count % most == 0 ? ") || concat(" : ", ");
            ++count;
            if (argument.starts_with("plain ")) {
                call.append("'~', ").append(trim(argument.substr(6))).append(", ';'");
            } else {
                call.append("octet_length(").append(argument).append("), ':', ").append(argument);
            }
        }
        if (count == 0) fail(at_, "packed() of nothing");
        return call + ")";
    }

    /// Up to the next comma that is in no parentheses.
    static std::size_t end_of_argument(std::string_view list) {
        int depth = 0;
        for (std::size_t i = 0; i < list.size(); ++i) {
            if (list[i] == '(') ++depth;
            if (list[i] == ')') --depth;
            if (list[i] == ',' && depth == 0) return i;
        }
        return list.size();
    }

    void include(std::string_view name) {
        auto const found = known_.find(name);
        if (found == known_.end()) fail(at_, "no fragment '" + std::string(name) + "'");
        if (ended_) fail(at_, "text after the semicolon that ends the statement");
        compile(found->second);
        auto const last = out_.find_last_not_of(" \t\r\n");
        out_.erase(last == std::string::npos ? 0 : last + 1);
    }

    /// E'…' strings, where a backslash escapes.
    bool is_escape_string() const {
        if (position_ == 0 || (text_[position_ - 1] | 0x20) != 'e') return false;
        return position_ == 1 || !is_word(text_[position_ - 2]);
    }

    void quoted(char quote, bool backslash) {
        auto const from = at_;
        take(1);
        for (;;) {
            if (position_ >= text_.size()) fail(from, "a quote without end");
            char const c = text_[position_];
            // A doubled quote is seen as the end of one and the beginning of the next: as good.
            take(backslash && c == '\\' ? 2 : 1);
            if (c == quote) return;
        }
    }

    /// $1, or $tag$ … $tag$.
    void dollar() {
        bool const in_word = position_ > 0 && is_word(text_[position_ - 1]);
        std::size_t end = position_ + 1;
        while (end < text_.size() && is_word(text_[end])) ++end;
        auto const word = text_.substr(position_ + 1, end - position_ - 1);
        bool const digits =
            !word.empty() && std::all_of(word.begin(), word.end(),
                                         [](unsigned char c) { return std::isdigit(c) != 0; });
        if (in_word) return take(1);
        if (digits) {
            // The protocol allows 65535.
            if (word.size() > 5 || word == "0") fail(at_, "no parameter $" + word);
            parameters_.insert(std::stoi(word));
            return take(end - position_);
        }
        if (end >= text_.size() || text_[end] != '$') return take(1);
        auto const tag = "$" + word + "$";
        auto const close = text_.find(tag, end + 1);
        if (close == std::string::npos) fail(at_, "a quote " + tag + " without end");
        take(close + tag.size() - position_);
    }

    fragments const& known_;
    std::vector<section const*> open_;
    std::string text_;
    std::size_t position_ = 0;
    place at_;
    bool ended_ = false;
    std::string out_;
    std::set<int> parameters_;
};

struct compiled {
    std::string module;
    std::string name;
    std::string text;
    int parameters = 0;
    bool reads = false;
};

/// Whether a statement surely changes nothing and locks nothing. Functions count as harmless, but
/// for PostgreSQL's own of sequences, settings and the system.
bool only_reads(std::string_view text) {
    static std::set<std::string, std::less<>> const others{
        "insert",  "update", "delete",     "merge", "truncate", "lock",  "share",
        "nextval", "setval", "set_config", "call",  "do",       "notify"};
    std::string word;
    bool first = true;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i < text.size() && is_word(text[i])) {
            word.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(text[i]))));
            continue;
        }
        if (word.empty()) continue;
        if (first && word != "select" && word != "with") return false;
        if (others.contains(word) || word.starts_with("pg_")) return false;
        first = false;
        word.clear();
    }
    return !first;
}

std::vector<fs::path> sql_files(fs::path const& folder) {
    std::vector<fs::path> files;
    if (!fs::is_directory(folder)) return files;
    for (auto const& entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() == ".sql") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

/// Adds the fragments of a file to those that are known already.
void add_fragments(std::vector<section> const& from, fragments& known) {
    for (auto const& one : from) {
        if (!one.fragment) continue;
        auto const [other, fresh] = known.emplace(one.name, one);
        if (!fresh) {
            fail(one.at, "a second fragment '" + one.name + "', the first is at " +
                             other->second.at.file + ":" + std::to_string(other->second.at.line));
        }
    }
}

void compile_module(std::string const& module, std::vector<section> const& from,
                    fragments const& known, std::vector<compiled>& statements) {
    std::set<std::string> names;
    for (auto const& one : from) {
        if (one.fragment) continue;
        if (!names.insert(one.name).second) fail(one.at, "a second '" + one.name + "'");
        // PostgreSQL looks prepared statements up by 63 bytes; storage/postgres/prepared.cpp may
        // add a few.
        if (module.size() + 1 + one.name.size() > 56) fail(one.at, "the name is too long");
        compiler work(known);
        work.compile(one);
        auto text = work.text(one.at);
        bool const reads = only_reads(text);
        statements.push_back({module, one.name, std::move(text), work.parameters(one.at), reads});
    }
}

std::vector<compiled> compile_queries(fs::path const& folder) {
    auto const shared_file = folder / "_fragments.sql";
    fragments shared;
    if (fs::exists(shared_file)) {
        auto const pieces = sections(shared_file);
        for (auto const& one : pieces) {
            if (!one.fragment) fail(one.at, "a statement among the fragments");
        }
        add_fragments(pieces, shared);
    }
    std::vector<compiled> statements;
    for (auto const& file : sql_files(folder)) {
        if (file == shared_file) continue;
        auto const module = file.stem().string();
        check_name({file.string()}, module);
        auto const pieces = sections(file);
        auto known = shared;
        add_fragments(pieces, known);
        compile_module(module, pieces, known, statements);
    }
    return statements;
}

std::string cpp_name(compiled const& one) {
    return identifier(one.module) + "::" + identifier(one.name);
}

/// A string literal, a line of text to a line, so that compiler messages and diffs stay readable.
std::string literal(std::string_view text) {
    std::string out = "\"";
    for (std::size_t i = 0; i < text.size(); ++i) {
        char const c = text[i];
        if (c == '\n') {
            out.append("\\n");
            if (i + 1 < text.size()) out.append("\"\n    \"");
        } else if (c == '"' || c == '\\') {
            out.append({'\\', c});
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            std::array<char, 5> octal{};
            std::snprintf(octal.data(), octal.size(), "\\%03o", static_cast<unsigned char>(c));
            out.append(octal.data());
        } else {
            out.push_back(c);
        }
    }
    return out + "\"";
}

constexpr char const* made_by = "// Made from sql/ by kinvault_embed_sql; do not edit.\n";

std::string statements_header(std::vector<compiled> const& statements) {
    std::ostringstream out;
    out << made_by << "#pragma once\n\n#include \"storage/postgres/statement.hpp\"\n\n"
        << "#include <span>\n\nnamespace kinvault::sql {\n\n"
        << "/// Every statement of sql/queries.\n"
        << "std::span<pg::statement const* const> all_statements();\n"
        << "/// Every file of sql/migrations, by number.\n"
        << "std::span<pg::migration const> migrations();\n";
    std::string module;
    for (auto const& one : statements) {
        if (one.module != module) {
            if (!module.empty()) out << "}\n";
            out << "\nnamespace " << identifier(one.module) << " {\n";
            module = one.module;
        }
        out << "extern pg::statement const " << identifier(one.name) << "; // " << one.parameters
            << "\n";
    }
    if (!module.empty()) out << "}\n";
    out << "\n} // namespace kinvault::sql\n";
    return std::move(out).str();
}

std::string statements_source(std::vector<compiled> const& statements) {
    std::ostringstream out;
    out << made_by << "#include \"sql/statements.hpp\"\n\nnamespace kinvault::sql {\n\n";
    for (auto const& one : statements) {
        auto const full = one.module + "." + one.name;
        out << "pg::statement const " << cpp_name(one) << "{\n    " << literal(full) << ",\n    "
            << literal(one.text) << ",\n    " << one.parameters << (one.reads ? ", true" : "")
            << "};\n\n";
    }
    out << "std::span<pg::statement const* const> all_statements() {\n";
    if (statements.empty()) {
        out << "    return {};\n";
    } else {
        out << "    static pg::statement const* const all[] = {\n";
        for (auto const& one : statements) {
            out << "        &" << cpp_name(one) << ",\n";
        }
        out << "    };\n    return all;\n";
    }
    out << "}\n\n} // namespace kinvault::sql\n";
    return std::move(out).str();
}

std::string migrations_source(fs::path const& folder) {
    std::ostringstream table;
    int number = 0;
    for (auto const& file : sql_files(folder)) {
        place const at{file.string()};
        auto const stem = file.stem().string();
        bool const numbered = stem.size() > 5 && stem[4] == '_' &&
                              std::all_of(stem.begin(), stem.begin() + 4,
                                          [](unsigned char c) { return std::isdigit(c) != 0; });
        if (!numbered) fail(at, "the file name is not NNNN_name.sql");
        int const found = std::stoi(stem.substr(0, 4));
        if (found == number) fail(at, "number " + stem.substr(0, 4) + " is there twice");
        if (found != ++number) fail(at, "number " + std::to_string(number) + " is missing");
        auto const text = read(file);
        if (text.find('\0') != std::string::npos) fail(at, "holds a NUL byte");
        if (trim(text).empty()) fail(at, "is empty");
        table << "        {" << number << ", " << literal(stem.substr(5)) << ",\n    "
              << literal(text) << "},\n";
    }
    std::ostringstream out;
    out << made_by << "#include \"sql/statements.hpp\"\n\nnamespace kinvault::sql {\n\n"
        << "std::span<pg::migration const> migrations() {\n";
    if (number == 0) {
        out << "    return {};\n";
    } else {
        out << "    static pg::migration const all[] = {\n"
            << table.str() << "    };\n"
            << "    return all;\n";
    }
    out << "}\n\n} // namespace kinvault::sql\n";
    return std::move(out).str();
}

void write(fs::path const& path, std::string const& text) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    if (!out) fail({path.string()}, "cannot be written");
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: kinvault_embed_sql SQLDIR OUTDIR\n";
        return 2;
    }
    try {
        fs::path const from = argv[1];
        fs::path const to = argv[2];
        auto const statements = compile_queries(from / "queries");
        auto const migrations = migrations_source(from / "migrations");
        fs::create_directories(to);
        write(to / "statements.hpp", statements_header(statements));
        write(to / "statements.cpp", statements_source(statements));
        write(to / "migrations.cpp", migrations);
    } catch (std::exception const& e) {
        std::cerr << e.what() << "\n";
        return 1;
    }
    return 0;
}
