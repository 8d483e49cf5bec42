#include "domain/contacts/address.hpp"

#include <string_view>

namespace kinvault::domain::contacts {

namespace {

bool is_empty(std::optional<std::string> const& part) {
    return !part || part->empty();
}

void append(std::string& line, std::string_view separator, std::optional<std::string> const& part) {
    if (is_empty(part)) return;
    if (!line.empty()) line.append(separator);
    line.append(*part);
}

void merge_part(std::optional<std::string>& part, schema::patch<std::string> const& sent) {
    if (sent.present) part = sent.value;
}

} // namespace

std::string compose(address_parts const& parts) {
    std::optional<std::string> city(std::in_place);
    append(*city, ", ", parts.address_city);
    append(*city, ", ", parts.address_state);
    append(*city, " ", parts.address_zip);
    std::string line;
    append(line, ", ", parts.address_line1);
    append(line, ", ", parts.address_line2);
    append(line, ", ", city);
    return line;
}

void settle(contact& made) {
    if (made.contact_type != "address") {
        static_cast<address_parts&>(made) = {};
    } else if (made.encryption_version == 1 && !is_empty(made.address_line1)) {
        made.value = compose(made);
    }
}

contact merge(contact stored, change_contact const& sent) {
    if (sent.label) stored.label = *sent.label;
    if (sent.value) stored.value = *sent.value;
    if (sent.contact_type) stored.contact_type = *sent.contact_type;
    if (sent.sort_order) stored.sort_order = *sent.sort_order;
    if (sent.encryption_version) stored.encryption_version = *sent.encryption_version;
    merge_part(stored.address_line1, sent.address_line1);
    merge_part(stored.address_line2, sent.address_line2);
    merge_part(stored.address_city, sent.address_city);
    merge_part(stored.address_state, sent.address_state);
    merge_part(stored.address_zip, sent.address_zip);
    settle(stored);
    return stored;
}

} // namespace kinvault::domain::contacts
