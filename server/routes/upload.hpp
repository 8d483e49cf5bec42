// Reads the multipart form of an upload as it arrives and streams its file into the store. Parts
// may come in any order: the frontend sends the file first. Used by the files routes.
#pragma once

#include "domain/files/service.hpp"
#include "server/http/call.hpp"
#include "server/http/multipart.hpp"

#include <boost/json/object.hpp>

namespace kinvault::routes {

class upload_reader {
  public:
    upload_reader(http::call& c, domain::files::service& files) : call_(c), files_(files) {}

    /// Reads the whole form and gives the file that was added. Whatever goes wrong, what had been
    /// stored is removed again.
    task<domain::files::file> run();

  private:
    task<domain::files::file> receive();
    task<void> read_form(http::multipart_parser& parser);
    task<void> handle(http::multipart_parser& parser, http::multipart_event event);
    task<void> begin_part(http::part_head const& head);
    void add_text(std::span<std::uint8_t const> data);
    task<void> end_part();
    domain::files::announcement announce() const;
    domain::files::upload_form check_form();

    http::call& call_;
    domain::files::service& files_;
    domain::active_organization_row owner_;
    boost::json::object values_;
    std::string name_; ///< of the part that is being read
    std::string text_; ///< its value, when it is a plain one
    bool in_file_ = false;
    bool has_file_ = false;
    std::string file_name_, mime_type_;
    std::unique_ptr<domain::files::incoming> content_;
};

} // namespace kinvault::routes
