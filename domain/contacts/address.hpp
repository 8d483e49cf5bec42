// The rules about the value and the address of a contact. Used by the contacts service.
#pragma once

#include "domain/contacts/schema.hpp"

namespace kinvault::domain::contacts {

/// An address on one line: line 1, line 2, then `City, State Zip`, without what is empty.
std::string compose(address_parts const& parts);

/// Makes the members of a contact agree: only addresses have parts, and the value of an address
/// that the server can read is composed of them.
void settle(contact& made);

/// A stored contact with what was sent about it; parts that were not sent stay.
contact merge(contact stored, change_contact const& sent);

} // namespace kinvault::domain::contacts
