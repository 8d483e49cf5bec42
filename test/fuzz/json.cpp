// Bodies in JSON: a document is read into a described struct or refused with a report, never
// anything else; and what is written means the same when it is read again.
#include "domain/schema/read.hpp"
#include "domain/schema/write.hpp"
#include "test/fuzz/input.hpp"

#include <boost/describe/class.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

using namespace kinvault;
namespace json = boost::json;

namespace {

struct inner {
    schema::text<5, 1> name;
    std::optional<schema::integer<-3, 3>> small;
    bool flag = false;
};
BOOST_DESCRIBE_STRUCT(inner, (), (name, small, flag))

struct outer {
    std::string text;
    std::optional<schema::date> day;
    std::optional<schema::choice<"one", "two">> kind;
    schema::or_default<schema::encryption_version, 1> version;
    schema::or_text<schema::text<9>, "else"> other;
    schema::or_empty<inner> list;
    schema::patch<std::string> change;
    std::optional<schema::secret<std::string>> secret;
};
BOOST_DESCRIBE_STRUCT(outer, (), (text, day, kind, version, other, list, change, secret))

void require_utf8(std::string const& text) {
    fuzz::require(schema::is_utf8(text), "texts are UTF-8");
}

/// Boost.JSON reads some fractions and exponents a bit off, so these may move when read again.
bool has_fraction(json::value const& value) {
    if (auto const* list = value.if_array())
        return std::any_of(list->begin(), list->end(), has_fraction);
    if (auto const* members = value.if_object())
        return std::any_of(members->begin(), members->end(),
                           [](auto const& member) { return has_fraction(member.value()); });
    return value.is_double();
}

void read_struct(json::value const& value) {
    outer out;
    try {
        schema::report report;
        schema::place const root("body");
        schema::read(report, root, value, out);
        report.raise();
    } catch (domain::invalid_input const& refusal) {
        fuzz::require(!refusal.faults().empty(), "a refusal says why");
        for (auto const& fault : refusal.faults()) {
            require_utf8(fault.message);
            require_utf8(json::serialize(fault.place) + json::serialize(fault.context));
        }
        return;
    }
    require_utf8(out.text);
    if (out.day) fuzz::require(schema::parse_date(*out.day).has_value(), "a date");
    fuzz::require(*out.version == 1 || *out.version == 2, "a number within its bounds");
    fuzz::require(schema::count_characters(out.other.value) <= 9, "a text within its bounds");
    std::string text;
    schema::write_text(text, out.text);
    fuzz::require(schema::parse_document(text) == json::value(out.text), "a text as it was");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    json::value document;
    try {
        document = schema::parse_document(text);
    } catch (domain::invalid_input const&) {
        return 0;
    }
    require_utf8(std::string(text));
    auto const written = json::serialize(document);
    auto const again = json::serialize(schema::parse_document(written));
    fuzz::require(has_fraction(document) || again == written, "a document as it was");
    read_struct(document);
    return 0;
}
