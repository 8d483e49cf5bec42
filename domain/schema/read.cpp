#include "domain/schema/read.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace kinvault::schema {

namespace {

char const* plural(std::size_t n) {
    return n == 1 ? "" : "s";
}

/// A decimal text as the contract takes it for an integer: spaces around it, a sign, underscores
/// between digits, and a fraction of zeros. Gives the plain digits with their sign, or nothing.
std::optional<std::string> plain_integer(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    std::string digits;
    if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
        if (text.front() == '-') digits += '-';
        text.remove_prefix(1);
    }
    if (auto const dot = text.find('.'); dot != std::string_view::npos) {
        auto const fraction = text.substr(dot + 1);
        if (fraction.find_first_not_of('0') != std::string_view::npos) return std::nullopt;
        text = text.substr(0, dot);
    }
    bool digit_before = false;
    for (char const c : text) {
        bool const digit = c >= '0' && c <= '9';
        if (!digit && !(c == '_' && digit_before)) return std::nullopt;
        if (digit) digits += c;
        digit_before = digit;
    }
    if (!digit_before) return std::nullopt;
    return digits;
}

struct integer_fault {
    char const* type;
    char const* message;
};
constexpr integer_fault not_an_integer{"int_type", "Input should be a valid integer"};
constexpr integer_fault not_parsed{
    "int_parsing", "Input should be a valid integer, unable to parse string as an integer"};
constexpr integer_fault too_large{
    "int_parsing_size", "Unable to parse input string as an integer, exceeded maximum size"};
constexpr integer_fault has_fraction{
    "int_from_float", "Input should be a valid integer, got a number with a fractional part"};

/// The number, or what is wrong with it.
integer_fault const* to_integer(json::value const& v, std::int64_t& out) {
    if (auto const* number = v.if_int64()) {
        out = *number;
        return nullptr;
    }
    if (v.if_uint64()) return &too_large;
    if (auto const* number = v.if_double()) {
        if (std::abs(*number) > 9e15) return &too_large;
        if (*number != std::floor(*number)) return &has_fraction;
        out = static_cast<std::int64_t>(*number);
        return nullptr;
    }
    if (auto const* text = v.if_string()) {
        auto const digits = plain_integer({text->data(), text->size()});
        if (!digits) return &not_parsed;
        auto const [end, error] =
            std::from_chars(digits->data(), digits->data() + digits->size(), out);
        return error == std::errc{} && end == digits->data() + digits->size() ? nullptr
                                                                              : &too_large;
    }
    return &not_an_integer;
}

/// Why a text is no date, in the words of the contract's messages.
std::string_view date_problem(std::string_view text) {
    if (text.size() < 10) return "input is too short";
    auto const digits = [&](std::size_t from, std::size_t count) {
        return std::all_of(text.begin() + from, text.begin() + from + count,
                           [](char c) { return c >= '0' && c <= '9'; });
    };
    if (!digits(0, 4)) return "invalid character in year";
    if (text[4] != '-' || text[7] != '-') return "invalid date separator, expected `-`";
    if (!digits(5, 2)) return "invalid character in month";
    if (!digits(8, 2)) return "invalid character in day";
    if (text.size() > 10) return "unexpected extra characters at the end of the input";
    int const month = (text[5] - '0') * 10 + (text[6] - '0');
    if (month < 1 || month > 12) return "month value is outside expected range of 1-12";
    if (text.substr(0, 4) == "0000") return "year value is outside expected range";
    return "day value is outside expected range";
}

} // namespace

json::array place::list() const {
    json::array path = parent_ ? parent_->list() : json::array();
    if (is_index_)
        path.emplace_back(index_);
    else
        path.emplace_back(json::string_view(name_.data(), name_.size()));
    return path;
}

void report::add(std::string_view type, std::string message, place const& where,
                 json::value const* input, json::object context) {
    json::value const shown = input && !hide_input_ ? *input : json::value();
    faults_.push_back(
        {std::string(type), where.list(), std::move(message), shown, std::move(context)});
}

void report::raise() {
    if (!faults_.empty()) throw domain::invalid_input(std::move(faults_));
}

void report_missing(report& r, place const& at, json::object const& enclosing) {
    json::value const input = enclosing;
    r.add("missing", "Field required", at, &input);
}

void read_text(report& r, place const& at, json::value const& v, std::string& out,
               std::size_t least, std::size_t most) {
    auto const* found = v.if_string();
    if (!found) return r.add("string_type", "Input should be a valid string", at, &v);
    std::string_view const value(found->data(), found->size());
    if (value.find('\0') != std::string_view::npos) {
        return r.add("value_error", "String should not contain NUL characters", at, &v);
    }
    if (!is_utf8(value)) return r.add("string_unicode", "Input should be valid Unicode", at, &v);
    // Bytes bound characters from above, so most texts need no counting.
    if (least > 0 || value.size() > most) {
        auto const characters = count_characters(value);
        if (characters < least) {
            return r.add("string_too_short",
                         "String should have at least " + std::to_string(least) + " character" +
                             plural(least),
                         at, &v, {{"min_length", least}});
        }
        if (characters > most) {
            return r.add("string_too_long",
                         "String should have at most " + std::to_string(most) + " character" +
                             plural(most),
                         at, &v, {{"max_length", most}});
        }
    }
    out.assign(value);
}

void read_integer(report& r, place const& at, json::value const& v, std::int64_t& out,
                  std::int64_t least, std::int64_t most) {
    std::int64_t value = 0;
    if (auto const* wrong = to_integer(v, value)) return r.add(wrong->type, wrong->message, at, &v);
    if (value < least) {
        return r.add("greater_than_equal",
                     "Input should be greater than or equal to " + std::to_string(least), at, &v,
                     {{"ge", least}});
    }
    if (value > most) {
        return r.add("less_than_equal",
                     "Input should be less than or equal to " + std::to_string(most), at, &v,
                     {{"le", most}});
    }
    out = value;
}

void read_bool(report& r, place const& at, json::value const& v, bool& out) {
    if (auto const* value = v.if_bool()) {
        out = *value;
        return;
    }
    if (v.is_number()) {
        double const number = v.to_number<double>();
        if (number == 0 || number == 1) {
            out = number == 1;
            return;
        }
    } else if (auto const* text = v.if_string()) {
        std::string lower(text->data(), text->size());
        for (char& c : lower) {
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        }
        static constexpr std::string_view yes[] = {"true", "yes", "on", "t", "y", "1"};
        static constexpr std::string_view no[] = {"false", "no", "off", "f", "n", "0"};
        bool const is_yes = std::find(std::begin(yes), std::end(yes), lower) != std::end(yes);
        if (is_yes || std::find(std::begin(no), std::end(no), lower) != std::end(no)) {
            out = is_yes;
            return;
        }
    } else {
        return r.add("bool_type", "Input should be a valid boolean", at, &v);
    }
    r.add("bool_parsing", "Input should be a valid boolean, unable to interpret input", at, &v);
}

void read_date(report& r, place const& at, json::value const& v, date& out) {
    auto const* text = v.if_string();
    if (!text) return r.add("date_type", "Input should be a valid date", at, &v);
    std::string_view const value(text->data(), text->size());
    if (!parse_date(value)) {
        std::string const problem(date_problem(value));
        return r.add("date_from_datetime_parsing",
                     "Input should be a valid date or datetime, " + problem, at, &v,
                     {{"error", problem}});
    }
    out.assign(value);
}

void read_choice(report& r, place const& at, json::value const& v, std::string& out,
                 std::span<std::string_view const> names) {
    auto const* text = v.if_string();
    if (!text) return r.add("string_type", "Input should be a valid string", at, &v);
    std::string_view const value(text->data(), text->size());
    if (std::find(names.begin(), names.end(), value) != names.end()) {
        out.assign(value);
        return;
    }
    std::string expected;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) expected += i + 1 == names.size() ? " or " : ", ";
        expected.append("'").append(names[i]).append("'");
    }
    r.add("literal_error", "Input should be " + expected, at, &v, {{"expected", expected}});
}

json::object const* read_object(report& r, place const& at, json::value const& v) {
    auto const* object = v.if_object();
    if (!object) {
        r.add("model_attributes_type",
              "Input should be a valid dictionary or object to extract fields from", at, &v);
    }
    return object;
}

json::array const* read_array(report& r, place const& at, json::value const& v) {
    auto const* array = v.if_array();
    if (!array) r.add("list_type", "Input should be a valid list", at, &v);
    return array;
}

} // namespace kinvault::schema
