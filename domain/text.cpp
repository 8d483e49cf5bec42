#include "domain/text.hpp"

#include <clocale>
#include <cwctype>
#include <memory>
#include <type_traits>

namespace kinvault::domain {

namespace {

/// A character and how many bytes it takes; malformed bytes come out as themselves, one by one.
struct character {
    char32_t code;
    std::size_t size;
};

character first_of(std::string_view text) {
    auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    auto const tail = [&](std::size_t i) { return static_cast<char32_t>(byte(i) & 0x3F); };
    char32_t const lead = byte(0);
    if (lead >= 0xC2 && lead <= 0xDF && text.size() >= 2) return {(lead & 0x1F) << 6 | tail(1), 2};
    if (lead >= 0xE0 && lead <= 0xEF && text.size() >= 3) {
        return {(lead & 0x0F) << 12 | tail(1) << 6 | tail(2), 3};
    }
    if (lead >= 0xF0 && lead <= 0xF4 && text.size() >= 4) {
        return {(lead & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4};
    }
    return {lead, 1};
}

void append(std::string& out, char32_t code) {
    auto const put = [&](char32_t bits) { out += static_cast<char>(bits); };
    auto const put_tail = [&](int shift) { put(0x80 | ((code >> shift) & 0x3F)); };
    if (code < 0x80) return put(code);
    if (code < 0x800) {
        put(0xC0 | code >> 6);
    } else if (code < 0x10000) {
        put(0xE0 | code >> 12);
        put_tail(6);
    } else {
        put(0xF0 | code >> 18);
        put_tail(12);
        put_tail(6);
    }
    put_tail(0);
}

/// Unicode's White_Space (PropList.txt).
bool is_space(char32_t code) {
    return (code >= 0x09 && code <= 0x0D) || code == 0x20 || code == 0x85 || code == 0xA0 ||
           code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 ||
           code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

struct locale_free {
    void operator()(std::remove_pointer_t<locale_t>* locale) const noexcept { freelocale(locale); }
};
using locale_ptr = std::unique_ptr<std::remove_pointer_t<locale_t>, locale_free>;

} // namespace

std::string_view trim(std::string_view text) {
    while (!text.empty()) {
        auto const [code, size] = first_of(text);
        if (!is_space(code)) break;
        text.remove_prefix(size);
    }
    while (!text.empty()) {
        std::size_t start = text.size() - 1;
        while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80) --start;
        if (!is_space(first_of(text.substr(start)).code)) break;
        text.remove_suffix(text.size() - start);
    }
    return text;
}

std::string lower_case(std::string_view text) {
    // The C library's tables, whatever the locale of the process. Part of every glibc since 2.35.
    static locale_ptr const unicode(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr));
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        auto const [code, size] = first_of(text);
        if (code >= 'A' && code <= 'Z') {
            out += static_cast<char>(code + ('a' - 'A'));
        } else if (size == 1 || !unicode) {
            out.append(text.substr(0, size));
        } else {
            append(out, static_cast<char32_t>(
                            towlower_l(static_cast<std::wint_t>(code), unicode.get())));
        }
        text.remove_prefix(size);
    }
    return out;
}

std::string_view cut(std::string_view text, std::size_t characters) {
    std::size_t end = 0;
    while (end < text.size() && characters-- > 0) end += first_of(text.substr(end)).size;
    return text.substr(0, end);
}

words first_word(std::string_view text) {
    text = trim(text);
    std::size_t end = 0;
    while (end < text.size()) {
        auto const [code, size] = first_of(text.substr(end));
        if (is_space(code)) break;
        end += size;
    }
    return {text.substr(0, end), trim(text.substr(end))};
}

} // namespace kinvault::domain
