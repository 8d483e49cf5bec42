#include "domain/adoption/report.hpp"

#include <algorithm>

namespace kinvault::domain::adoption {

namespace {

/// Of each kind: the document must not grow with the damage, a terminal shows fewer.
constexpr std::size_t most_examples = 100;
constexpr std::size_t most_printed = 5;

std::string number(std::int64_t value) {
    return std::to_string(value);
}

void add_list(std::string& text, std::string const& title, std::vector<std::string> const& lines) {
    if (lines.empty()) return;
    text += "\n" + title + "\n";
    for (auto const& line : lines) text += "  " + line + "\n";
}

std::string state_in_words(std::string const& state) {
    if (state == "empty") return "an empty database: there is nothing to take over";
    if (state == "kinvault") return "a kinvault database: there is nothing to take over";
    if (state == "original") return "an original vault at revision 022";
    return "neither empty nor an original vault at revision 022";
}

std::vector<std::string> changes_in_words(report const& of) {
    std::vector<std::string> lines;
    for (auto const& one : of.changes) {
        if (one.count > 0) lines.push_back(number(one.count) + " " + one.what);
    }
    for (auto const& one : of.adjustments) lines.push_back(one);
    std::string migrations = "migrations:";
    for (auto const& one : of.migrations) migrations += " " + one;
    if (!of.migrations.empty()) lines.push_back(std::move(migrations));
    return lines;
}

std::vector<std::string> readable_in_words(report const& of) {
    auto const& [fields, files] = std::tie(of.fields, of.files);
    std::vector<std::string> lines{
        number(of.organizations.readable) + " of " + number(of.organizations.total) +
            " organisations' keys open with this SECRET_KEY",
        number(fields.decrypted) + " of " + number(fields.total) +
            " values in fields that the server encrypts decrypt; " + number(fields.plain) +
            " are plain text from before, " + number(fields.unreadable) + " do not decrypt",
        number(files.present) + " of " + number(files.total) +
            " files have their object, of the right size",
        number(files.decrypted) + " of " + number(files.version_1) +
            " files that the server encrypted were read to the end; " + number(files.not_tried) +
            " were not tried (--files all tries each)"};
    if (files.extra_objects > 0) {
        lines.push_back(number(files.extra_objects) +
                        " objects in the store belong to no file; they stay where they are");
    }
    return lines;
}

void add_broken(std::string& text, std::vector<breakage> const& broken) {
    for (auto const& one : broken) {
        text += "  " + number(one.count) + " " + one.what + "\n";
        auto const shown = std::min(most_printed, one.examples.size());
        for (std::size_t i = 0; i < shown; ++i) text += "    " + one.examples[i] + "\n";
        if (static_cast<std::int64_t>(shown) < one.count) text += "    ...\n";
    }
}

} // namespace

void add_breakage(report& to, std::string const& what, std::string example, std::int64_t count) {
    auto known = std::ranges::find(to.broken, what, &breakage::what);
    if (known == to.broken.end()) known = to.broken.insert(known, {what, 0, {}});
    known->count += count;
    if (known->examples.size() < most_examples) known->examples.push_back(std::move(example));
}

std::int64_t count_broken(report const& of) {
    std::int64_t count = 0;
    for (auto const& one : of.broken) count += one.count;
    return count;
}

std::string to_text(report const& of) {
    std::string text = "This is " + state_in_words(of.state) + ".\n";
    add_list(text, "It cannot be taken over:", of.refusals);
    add_list(text, "Mind:", of.warnings);
    if (of.state != "original") return text;
    add_list(text, "Taking it over changes:", changes_in_words(of));
    add_list(text, "Readable:", readable_in_words(of));
    text += of.broken.empty() ? "\nNothing is broken.\n" : "\nBroken already, and left as it is:\n";
    add_broken(text, of.broken);
    text += "\nNothing was changed.\n";
    return text;
}

} // namespace kinvault::domain::adoption
