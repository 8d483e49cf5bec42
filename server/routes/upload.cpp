#include "server/routes/upload.hpp"

#include "domain/schema/read.hpp"

#include <spdlog/spdlog.h>

namespace kinvault::routes {

using http::multipart_event;

namespace {

constexpr std::size_t piece_size = 64 * 1024;
/// A value of the form; all of them are short.
constexpr std::size_t value_limit = 64 * 1024;
/// What a form may have beside its file.
constexpr std::uint64_t form_overhead = 1 << 20;
constexpr std::size_t name_limit = 255; ///< file_attachments.file_name, characters
constexpr std::size_t type_limit = 100; ///< file_attachments.mime_type

} // namespace

task<domain::files::file> upload_reader::run() {
    std::exception_ptr failed;
    try {
        auto added = co_await receive();
        co_return added;
    } catch (boost::system::system_error const&) {
        throw; // cancelled: nothing can be awaited any more, the sweeper will come
    } catch (kinvault::blob::store_error const&) {
        throw; // nothing can be removed from a store that is broken: the sweeper will
    } catch (http::multipart_error const& error) {
        failed = std::make_exception_ptr(http::bad_request(400, error.what()));
    } catch (...) {
        failed = std::current_exception();
    }
    if (content_) {
        try {
            co_await files_.discard(std::move(content_));
        } catch (std::runtime_error const& error) {
            spdlog::warn("an upload that failed is left to the sweeper: {}", error.what());
        }
    }
    std::rethrow_exception(failed);
}

task<domain::files::file> upload_reader::receive() {
    auto who = call_.who();
    owner_ = co_await files_.authorize(who);
    auto const boundary = http::multipart_boundary(call_.head().field_or_empty("Content-Type"));
    if (call_.head().content_length.value_or(0) > files_.max_file_size() + form_overhead) {
        domain::files::service::refuse_size(files_.max_file_size());
    }
    if (boundary) {
        http::multipart_parser parser(*boundary);
        co_await read_form(parser);
    }
    auto form = check_form();
    auto added = co_await files_.store(who, content_, std::move(form), file_name_, mime_type_);
    content_.reset();
    co_return added;
}

task<void> upload_reader::read_form(http::multipart_parser& parser) {
    std::vector<std::uint8_t> buffer(piece_size);
    auto& source = call_.body();
    for (;;) {
        std::size_t const count = co_await source.read_some(buffer);
        if (count == 0) break;
        parser.feed(std::span<std::uint8_t const>(buffer).first(count));
        for (;;) {
            auto const event = parser.next();
            if (event == multipart_event::need_input) break;
            co_await handle(parser, event);
        }
    }
    parser.finish();
}

task<void> upload_reader::handle(http::multipart_parser& parser, multipart_event event) {
    if (event == multipart_event::part_begin) {
        auto const& head = parser.head();
        co_await begin_part(head);
    } else if (event == multipart_event::part_end) {
        co_await end_part();
    } else if (event == multipart_event::part_data && in_file_) {
        auto const data = parser.data();
        co_await content_->write(data);
    } else if (event == multipart_event::part_data) {
        add_text(parser.data());
    }
}

task<void> upload_reader::begin_part(http::part_head const& head) {
    name_ = head.name;
    text_.clear();
    in_file_ = name_ == "file" && head.filename.has_value();
    if (!in_file_) co_return;
    if (has_file_) throw http::bad_request(400, "More than one file");
    has_file_ = true;
    file_name_ = *head.filename;
    mime_type_ = head.content_type.empty() ? "application/octet-stream" : head.content_type;
    auto const what = announce();
    content_ = co_await files_.receive(owner_, what);
}

void upload_reader::add_text(std::span<std::uint8_t const> data) {
    if (text_.size() + data.size() > value_limit) {
        throw http::bad_request(400, "A value of the form is too long");
    }
    text_.append(reinterpret_cast<char const*>(data.data()), data.size());
}

task<void> upload_reader::end_part() {
    if (in_file_) {
        in_file_ = false;
        co_await content_->finish();
    } else {
        values_[name_] = text_;
    }
}

/// When the file comes before its version, its type tells: files of version 1 have one of a few,
/// and must never reach the store in clear. Of another type they are refused in the end.
domain::files::announcement upload_reader::announce() const {
    auto const* version = values_.if_contains("encryption_version");
    domain::files::announcement what;
    what.encrypt = domain::files::type_allowed(mime_type_) && (!version || *version == "1");
    what.certain = version || !what.encrypt;
    what.at_most = std::min(call_.head().content_length.value_or(files_.max_file_size()),
                            files_.max_file_size());
    return what;
}

domain::files::upload_form upload_reader::check_form() {
    schema::report report;
    schema::place const root("body");
    if (!has_file_) {
        bool const is_text = values_.contains("file");
        report.add(is_text ? "value_error" : "missing",
                   is_text ? "Value error, Expected a file" : "Field required",
                   schema::place(root, "file"), nullptr);
    }
    domain::files::upload_form form;
    schema::read(report, root, boost::json::value(values_), form);
    auto const check_length = [&](std::string const& text, std::size_t most, char const* what) {
        if (schema::count_characters(text) <= most) return;
        report.add("string_too_long",
                   std::string(what) + " should have at most " + std::to_string(most) +
                       " characters",
                   schema::place(root, "file"), nullptr, {{"max_length", most}});
    };
    check_length(file_name_, name_limit, "File name");
    check_length(mime_type_, type_limit, "Content type");
    report.raise();
    return form;
}

} // namespace kinvault::routes
