// Reading and writing of described structs: the reports clients see, member by member.
#include "domain/schema/describe.hpp"
#include "domain/schema/read.hpp"
#include "domain/schema/write.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

using namespace kinvault;
using namespace kinvault::schema;

namespace {

struct inner {
    text<3, 1> key;
    std::optional<std::string> value;
};
BOOST_DESCRIBE_STRUCT(inner, (), (key, value))

struct outer {
    std::string name;
    or_default<integer<1, 9>, 4> number;
    or_text<text<10>, "phone"> kind;
    or_empty<inner> list;
    patch<date> day;
    std::optional<bool> flag;
    std::optional<choice<"a", "b">> letter;
};
BOOST_DESCRIBE_STRUCT(outer, (), (name, number, kind, list, day, flag, letter))

struct hidden {
    std::string email;
    secret<std::string> password;
};
BOOST_DESCRIBE_STRUCT(hidden, (), (email, password))
static_assert(has_secrets<hidden>() && !has_secrets<outer>());

template <class T>
T take(std::string_view text) {
    report r(has_secrets<T>());
    T value;
    read(r, place("body"), parse_document(text), value);
    r.raise();
    return value;
}

/// The faults as "type at/loc" lines.
template <class T>
std::string faults(std::string_view text) {
    try {
        take<T>(text);
        return "";
    } catch (domain::invalid_input const& error) {
        std::string lines;
        for (auto const& fault : error.faults()) {
            lines += fault.type + " " + boost::json::serialize(fault.place) + "\n";
        }
        return lines;
    }
}

std::string first_message(std::string_view text) {
    try {
        take<outer>(text);
        return "";
    } catch (domain::invalid_input const& error) {
        return error.faults().front().message;
    }
}

/// The offset at which a text stops being JSON.
std::int64_t malformed_at(std::string_view text) {
    try {
        parse_document(text);
        return -1;
    } catch (domain::invalid_input const& error) {
        BOOST_TEST(error.faults().front().type == "json_invalid");
        return error.faults().front().place.at(1).to_number<std::int64_t>();
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(schema_reading)

BOOST_AUTO_TEST_CASE(a_whole_document) {
    auto const value = take<outer>(R"({"name":"x","number":"7","list":[{"key":"k","value":null}],
        "day":"2024-02-29","flag":"YES","letter":"b","unknown":{"a":[1]}})");
    BOOST_TEST(value.name == "x");
    BOOST_TEST(*value.number == 7);
    BOOST_TEST(*value.kind == "phone");
    BOOST_TEST(value.list->at(0).key == "k");
    BOOST_TEST(!value.list->at(0).value);
    BOOST_TEST(value.day.value->c_str() == "2024-02-29");
    BOOST_TEST(*value.flag);
    BOOST_TEST(*value.letter == "b");
}

BOOST_AUTO_TEST_CASE(absent_null_and_default_differ) {
    auto const absent = take<outer>(R"({"name":"x"})");
    BOOST_TEST(!absent.day.present);
    BOOST_TEST(*absent.number == 4);
    auto const null = take<outer>(R"({"name":"x","day":null,"flag":null})");
    BOOST_TEST(null.day.clears());
    BOOST_TEST(!null.flag);
    BOOST_TEST(faults<outer>(R"({"name":"x","number":null,"kind":null,"list":null})") ==
               "int_type [\"body\",\"number\"]\nstring_type [\"body\",\"kind\"]\n"
               "list_type [\"body\",\"list\"]\n");
}

BOOST_AUTO_TEST_CASE(all_faults_are_reported_together) {
    BOOST_TEST(faults<outer>(R"({"number":0,"kind":"12345678901","list":[{},1,{"key":""}],"day":"x",
        "flag":2,"letter":"c"})") == "missing [\"body\",\"name\"]\n"
                                     "greater_than_equal [\"body\",\"number\"]\n"
                                     "string_too_long [\"body\",\"kind\"]\n"
                                     "missing [\"body\",\"list\",0,\"key\"]\n"
                                     "model_attributes_type [\"body\",\"list\",1]\n"
                                     "string_too_short [\"body\",\"list\",2,\"key\"]\n"
                                     "date_from_datetime_parsing [\"body\",\"day\"]\n"
                                     "bool_parsing [\"body\",\"flag\"]\n"
                                     "literal_error [\"body\",\"letter\"]\n");
}

BOOST_AUTO_TEST_CASE(integers_in_all_their_forms) {
    auto const number = [](std::string const& text) {
        return *take<outer>(R"({"name":"x","number":)" + text + "}").number;
    };
    for (auto const* seven :
         {"7", "7.0", "\"7\"", "\" 7 \"", "\"+7\"", "\"07\"", "\"7.00\"", "7e0"}) {
        BOOST_TEST_CONTEXT(seven) {
            BOOST_TEST(number(seven) == 7);
        }
    }
    auto const fault = [](std::string const& text) {
        auto const all = faults<outer>(R"({"name":"x","number":)" + text + "}");
        return all.substr(0, all.find(' '));
    };
    for (auto const* bad :
         {"\"\"", "\"x\"", "\"7x\"", "\"1__0\"", "\"_1\"", "\"7.5\"", "\"0x7\"", "\"-\""}) {
        BOOST_TEST_CONTEXT(bad) {
            BOOST_TEST(fault(bad) == "int_parsing");
        }
    }
    BOOST_TEST(fault("7.5") == "int_from_float");
    BOOST_TEST(fault("true") == "int_type");
    BOOST_TEST(fault("10") == "less_than_equal");
    BOOST_TEST(fault("1e300") == "int_parsing_size");
    BOOST_TEST(fault("99999999999999999999") == "int_parsing_size");
    BOOST_TEST(fault("\"99999999999999999999\"") == "int_parsing_size");
}

BOOST_AUTO_TEST_CASE(texts_are_counted_in_characters_and_have_no_nul) {
    BOOST_TEST(faults<inner>("{\"key\":\"\xF0\x9F\x91\xAA\xC3\xA9"
                             "a\"}") == "");
    BOOST_TEST(faults<inner>("{\"key\":\"\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\"}") ==
               "string_too_long [\"body\",\"key\"]\n");
    BOOST_TEST(faults<inner>("{\"key\":\"a\\u0000\"}") == "value_error [\"body\",\"key\"]\n");
    BOOST_TEST(first_message(R"({"name":"x","kind":"12345678901"})") ==
               "String should have at most 10 characters");
    BOOST_TEST(first_message(R"({"name":"x","list":[{"key":""}]})") ==
               "String should have at least 1 character");
}

BOOST_AUTO_TEST_CASE(dates_are_calendar_dates) {
    for (auto const* bad : {"2023-02-29", "1900-02-29", "0000-01-01", "2024-13-01", "2024-00-01",
                            "2024-01-32", "2024-1-1", "2024-01-01T00:00", "24-01-01", ""}) {
        BOOST_TEST_CONTEXT(bad) {
            BOOST_TEST(!parse_date(bad));
        }
    }
    BOOST_TEST(parse_date("2000-02-29").has_value());
}

BOOST_AUTO_TEST_CASE(secrets_are_never_repeated) {
    for (auto const* text :
         {R"({"password":"hunter2"})", R"({"email":1,"password":"hunter2"})",
          R"({"email":{"password":"hunter2"},"password":["hunter2"]})", R"(["hunter2"])"}) {
        try {
            take<hidden>(text);
            BOOST_TEST(false);
        } catch (domain::invalid_input const& error) {
            for (auto const& fault : error.faults()) BOOST_TEST(fault.input.is_null());
        }
    }
}

BOOST_AUTO_TEST_CASE(documents_that_are_none) {
    BOOST_TEST(malformed_at("{\"a\":1}") == -1);
    BOOST_TEST(malformed_at("\xEF\xBB\xBF{}") == -1);
    BOOST_TEST(malformed_at("{\"a\":1,\"b\":{\"a\":2},\"c\":[{\"a\":1},{\"a\":2}]}") == -1);
    BOOST_TEST(malformed_at("{\"a\":1} x") == 8);
    for (auto const* bad : {"", "{", "{\"a\":1,}", "{'a':1}", "[NaN]", "[Infinity]", "[1e999]",
                            "\"\\ud800\"", "\"\\udc00x\"", "\"a\nb\"", "{\"a\":1,\"a\":2}",
                            "{\"x\":{\"a\":1,\"b\":2,\"a\":3}}", "\"\xff\"", "[1,2] []"}) {
        BOOST_TEST_CONTEXT(bad) {
            BOOST_TEST(malformed_at(bad) >= 0);
        }
    }
    BOOST_TEST(malformed_at(std::string(32, '[') + std::string(32, ']')) == -1);
    BOOST_TEST(malformed_at(std::string(33, '[') + std::string(33, ']')) >= 0);
    // The offset counts characters, not bytes.
    BOOST_TEST(malformed_at("{\"\xC3\xA9\":x}") == 5);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(schema_writing)

BOOST_AUTO_TEST_CASE(compact_in_order_with_nulls) {
    std::string out;
    write(out, std::vector<inner>{{"k", "a\"\\\n\x01\x1f/\xC3\xA9"}, {"l", std::nullopt}});
    BOOST_TEST(out == "[{\"key\":\"k\",\"value\":\"a\\\"\\\\\\n\\u0001\\u001f/\xC3\xA9\"},"
                      "{\"key\":\"l\",\"value\":null}]");
    BOOST_CHECK_NO_THROW(boost::json::parse(out));
}

BOOST_AUTO_TEST_CASE(numbers_with_a_fraction_keep_it) {
    std::string out;
    write(out, 0.0);
    write(out, std::string(" "));
    write(out, 1113.4);
    BOOST_TEST(out == "0.0\" \"1113.4");
}

BOOST_AUTO_TEST_CASE(every_character_is_escaped_wherever_it_stands) {
    for (int c = 0; c < 256; ++c) {
        for (std::size_t length = 1; length < 20; ++length) {
            for (std::size_t at = 0; at < length; ++at) {
                std::string text(length, c % 2 == 0 ? 'a' : '\xC3');
                text[at] = static_cast<char>(c);
                std::string out;
                write_text(out, text);
                std::string escaped;
                for (char const each : text) {
                    auto const u = static_cast<unsigned char>(each);
                    bool const special = u < 0x20 || u == '"' || u == '\\';
                    escaped += special ? boost::json::serialize(std::string(1, each)).substr(1)
                                       : std::string(1, each) + '"';
                    escaped.pop_back();
                }
                BOOST_TEST_REQUIRE(out == '"' + escaped + '"');
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(moments_as_the_contract_writes_them) {
    auto const moment = [](std::string_view column) {
        timestamp value;
        from_column(column, value);
        return std::string(value);
    };
    BOOST_TEST(moment("2026-02-10 12:34:56.123456+00") == "2026-02-10T12:34:56.123456Z");
    BOOST_TEST(moment("2026-02-10 12:34:56.1+00") == "2026-02-10T12:34:56.100000Z");
    BOOST_TEST(moment("2026-02-10 12:34:56+00") == "2026-02-10T12:34:56Z");
}

BOOST_AUTO_TEST_CASE(described_structs_give_json_schemas) {
    definitions all;
    all.refer<outer>(direction::sent);
    all.refer<hidden>(direction::given);
    auto const expected = boost::json::parse(R"({
        "outer": {"type": "object", "properties": {
            "name": {"type": "string"},
            "number": {"type": "integer", "minimum": 1, "maximum": 9, "default": 4},
            "kind": {"type": "string", "maxLength": 10, "default": "phone"},
            "list": {"type": "array", "items": {"$ref": "#/components/schemas/inner"}, "default": []},
            "day": {"type": ["string", "null"], "format": "date"},
            "flag": {"type": ["boolean", "null"]},
            "letter": {"type": ["string", "null"], "enum": ["a", "b", null]}},
            "required": ["name"]},
        "inner": {"type": "object", "properties": {
            "key": {"type": "string", "minLength": 1, "maxLength": 3},
            "value": {"type": ["string", "null"]}},
            "required": ["key"]},
        "hidden": {"type": "object", "properties": {
            "email": {"type": "string"},
            "password": {"type": "string", "writeOnly": true}},
            "required": ["email", "password"]}})");
    BOOST_TEST(boost::json::value(all.all()) == expected,
               boost::json::serialize(all.all()) << " is not " << boost::json::serialize(expected));
    // The other way round everything is there, so it is another schema.
    auto const other = all.refer<outer>(direction::given);
    BOOST_TEST(boost::json::serialize(other) == R"({"$ref":"#/components/schemas/outer.given"})");
    BOOST_TEST(all.all().at("outer.given").at("required").as_array().size() == 7u);
}

BOOST_AUTO_TEST_SUITE_END()
