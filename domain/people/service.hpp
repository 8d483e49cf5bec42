// The people of an organisation, whether they may log in, and what they are to items. Used by the
// routes.
#pragma once

#include "domain/access.hpp"
#include "domain/people/model.hpp"
#include "storage/postgres/pool.hpp"

#include <optional>
#include <string>
#include <vector>

namespace kinvault::domain::people {

/// Sends invitations by mail. Called inside the transaction that makes the invitation, on its
/// session: what is not committed is not sent.
class mailer {
  public:
    virtual ~mailer() = default;
    /// `inviter` and `full_name` are as people typed them. `email` is one (domain/email.hpp).
    virtual task<void> invitation(pg::session& db, std::string email, std::string full_name,
                                  std::string org_name, std::string inviter, std::string link) = 0;
};

class service {
  public:
    /// `frontend_url` is what links begin with, without a slash at its end. Without a mailer
    /// members hand the links on themselves.
    service(pg::pool& db, std::string frontend_url, mailer* mail = nullptr)
        : db_(db)
        , frontend_url_(std::move(frontend_url))
        , mail_(mail) {}

    /// By last, then first name.
    task<std::vector<person>> list(caller who, schema::page_query query);
    task<person> get(caller who, std::string id);
    /// Invites who may log in. 400 without an email then, 422 for one that is none.
    task<person> create(caller who, create_person sent);
    /// Login access turned on invites, or makes the linked account a member again; turned off it
    /// ends invitations and membership, which is refused as removing the member would be.
    task<person> change(caller who, std::string id, change_person sent);
    /// Ends all access of the person first.
    task<void> remove(caller who, std::string id);

    /// A new invitation in the place of earlier ones.
    task<message_answer> resend_invite(caller who, std::string id);
    task<invite_link> link_of_invite(caller who, std::string id);

    /// Of an item, archived ones too; the oldest link first.
    task<std::vector<linked_person>> of_item(caller who, std::string item_id);
    /// 404 for archived items, 409 when the person has this role (or none) already.
    task<linked_person> link(caller who, std::string item_id, link_form sent);
    task<void> unlink(caller who, std::string item_id, std::string link_id);

  private:
    std::string url_of(std::string const& token) const;
    task<person> create_in(pg::session& db, caller const& who, create_person const& sent);
    task<person> change_in(pg::session& db, caller const& who, std::string const& id,
                           change_person const& sent);
    task<person> change_access(pg::session& transaction, caller who, std::string const& id,
                               change_person const& sent);
    task<void> remove_locked(pg::session& transaction, caller who, std::string const& id);
    task<std::string> resend_locked(pg::session& transaction, caller who, std::string const& id);
    task<void> invite(pg::session& transaction, caller_row const& by, caller const& who,
                      std::string const& person_id, std::string const& email);

    pg::pool& db_;
    std::string frontend_url_;
    mailer* mail_;
};

} // namespace kinvault::domain::people
