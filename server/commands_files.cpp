// The commands about stored files: sweep, verify, blobs copy.
#include "domain/files/sweeper.hpp"
#include "domain/files/verify.hpp"
#include "server/command_tools.hpp"
#include "server/commands.hpp"
#include "server/progress.hpp"
#include "server/stores.hpp"
#include "storage/blob/copy.hpp"
#include "storage/workers.hpp"

#include <boost/asio/basic_signal_set.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <csignal>
#include <cstdio>

namespace kinvault::commands {

namespace {

/// Threads of a command that read and write files, and how many jobs may wait for them.
constexpr std::size_t file_threads = 2, file_queue = 64;

/// Uploads that run elsewhere touch their entries more often than this.
constexpr std::chrono::minutes sweep_untouched{2};

/// What a shell says of a command that ended by SIGINT.
constexpr int interrupted_code = 130;

using signals = asio::basic_signal_set<executor>;

std::string counted(std::uint64_t number, char const* one, char const* many) {
    return std::to_string(number) + " " + (number == 1 ? one : many);
}

/// The first Ctrl-C asks for an orderly end, the second one ends the process.
class stop_request {
  public:
    explicit stop_request(asio::io_context& context)
        : signals_(context.get_executor(), SIGINT, SIGTERM) {
        signals_.async_wait([this](boost::system::error_code error, int) {
            if (error) return;
            asked_ = true;
            signals_.clear();
        });
    }
    bool asked() const noexcept { return asked_; }

  private:
    signals signals_;
    bool asked_ = false;
};

// --- sweep ---

task<int> sweep_once(pg::pool& db, blob::store& store) {
    auto const report = co_await domain::files::sweep(db, store, sweep_untouched);
    auto const removed = counted(static_cast<std::uint64_t>(report.removed), "object", "objects");
    auto const waiting = counted(static_cast<std::uint64_t>(report.waiting), "upload", "uploads");
    std::printf("%s removed, %s still on the way\n", removed.c_str(), waiting.c_str());
    co_return 0;
}

// --- verify ---

using domain::files::flaw;

/// Says each flaw as it is found, or keeps them for the JSON document.
class verify_screen final : public domain::files::verify_watch {
  public:
    verify_screen(bool json, stop_request const& stop)
        : json_(json)
        , stop_(stop)
        , bar_(progress::unit::bytes, json) {}

    void total(std::uint64_t, std::uint64_t bytes) override { bar_.begin("verifying", bytes); }
    void done(std::uint64_t bytes) override { bar_.add(bytes); }
    bool stopped() override { return stop_.asked(); }
    void found(flaw what) override {
        if (json_)
            keep(what);
        else
            say(what);
    }

    void finish(domain::files::verify_report const& report) {
        bar_.clear();
        if (json_)
            print_json(report);
        else
            print_text(report);
    }

  private:
    void say(flaw const& what) {
        bar_.clear();
        auto const name = std::string(name_of(what.what));
        auto text = name + std::string(9 - name.size(), ' ') + what.key;
        if (!what.file_id.empty()) text += "  file " + what.file_id;
        if (what.what == flaw::kind::extra) text += "  " + in_units(what.size);
        if (!what.why.empty()) text += ": " + what.why;
        std::puts(text.c_str());
        std::fflush(stdout);
    }

    void keep(flaw const& what) {
        boost::json::object entry{{"key", what.key}};
        if (!what.file_id.empty()) entry["file_id"] = what.file_id;
        if (what.what == flaw::kind::extra) entry["size"] = what.size;
        if (!what.why.empty()) entry["reason"] = what.why;
        flaws_[std::size_t(what.what)].push_back(std::move(entry));
    }

    void print_json(domain::files::verify_report const& report) {
        boost::json::object const document{{"ok", report.good()},
                                           {"files", report.files},
                                           {"bytes_read", report.bytes},
                                           {"missing", flaws_[std::size_t(flaw::kind::missing)]},
                                           {"damaged", flaws_[std::size_t(flaw::kind::damaged)]},
                                           {"extra", flaws_[std::size_t(flaw::kind::extra)]},
                                           {"pending", report.pending},
                                           {"unchecked", report.unchecked}};
        std::puts(boost::json::serialize(document).c_str());
    }

    static void print_text(domain::files::verify_report const& report) {
        auto text = counted(report.files, "file", "files") + ", " + in_units(report.bytes) +
                    " read: " + std::to_string(report.missing) + " missing, " +
                    std::to_string(report.damaged) + " damaged; " +
                    counted(report.extra, "object", "objects") + " extra, " +
                    std::to_string(report.pending) + " pending";
        if (report.unchecked > 0)
            text += "; " + std::to_string(report.unchecked) +
                    " could not be checked: no checksum in the row, nor a key that opens the file";
        std::puts(text.c_str());
    }

    bool const json_;
    stop_request const& stop_;
    progress bar_;
    std::array<boost::json::array, 3> flaws_; ///< by flaw::kind
};

task<int> verify_once(pg::pool& db, blob::store& store, crypto::master_key const& keys,
                      domain::files::verify_options how, verify_screen& screen) {
    auto const report = co_await domain::files::verify(db, store, keys, how, screen);
    screen.finish(report);
    co_return report.good() ? 0 : 1;
}

// --- blobs copy ---

class copy_screen final : public blob::copy_watch {
  public:
    explicit copy_screen(stop_request const& stop)
        : stop_(stop)
        , bar_(progress::unit::bytes, false) {}

    void total(std::uint64_t, std::uint64_t bytes) override { bar_.begin("copying", bytes); }
    void done(std::uint64_t bytes) override { bar_.add(bytes); }
    bool stopped() override { return stop_.asked(); }

    void finish(blob::copy_report const& report) {
        bar_.clear();
        std::string text = counted(report.objects, "object", "objects") + ": " +
                           std::to_string(report.copied) + " copied, " +
                           std::to_string(report.same) + " there already";
        if (report.replaced > 0)
            text += ", " + std::to_string(report.replaced) + " replaced that differed";
        if (report.vanished > 0)
            text += ", " + std::to_string(report.vanished) + " deleted meanwhile";
        text += "; " + in_units(report.bytes) + " copied";
        if (report.others > 0)
            text +=
                "; the destination has " + counted(report.others, "object", "objects") + " more";
        std::puts(text.c_str());
    }

  private:
    stop_request const& stop_;
    progress bar_;
};

task<int> copy_once(blob::store& from, blob::store& to, blob::copy_options how,
                    copy_screen& screen) {
    co_await to.check();
    auto const report = co_await blob::copy_all(from, to, how, screen);
    screen.finish(report);
    co_return 0;
}

/// Runs a command that may be interrupted.
int run_stoppable(asio::io_context& context, task<int> work, char const* how_to_go_on) {
    try {
        return run_task(context, std::move(work));
    } catch (blob::interrupted const&) {
        std::fprintf(stderr, "kinvault: interrupted%s\n", how_to_go_on);
        return interrupted_code;
    }
}

} // namespace

int sweep(config::loaded const& from) {
    if (int const code = complain(config::check_serve(from.values))) return code;
    asio::io_context context(1);
    workers pool(file_threads, file_queue);
    pg::pool db(context, small_pool(from.values));
    auto const store = make_store(from.values, pool);
    db.start();
    return run_task(context, sweep_once(db, *store));
}

int verify(config::loaded const& from) {
    if (int const code = complain(config::check_serve(from.values))) return code;
    asio::io_context context(1);
    workers pool(file_threads, file_queue);
    crypto::master_key const keys(from.values.secret_key);
    pg::pool db(context, small_pool(from.values));
    auto const store = make_store(from.values, pool);
    stop_request const stop(context);
    verify_screen screen(from.has("json"), stop);
    domain::files::verify_options how;
    how.contents = !from.has("quick");
    db.start();
    return run_stoppable(context, verify_once(db, *store, keys, how, screen), "");
}

int blobs(config::loaded const& from) {
    if (from.words != std::vector<std::string>{"copy"} || !from.has("from") || !from.has("to"))
        return complain({"usage: kinvault blobs copy --from STORE --to STORE [--quick]"});
    auto const source = from.options.at("from"), target = from.options.at("to");
    if (source == target) return complain({"--from and --to are the same store"});
    asio::io_context context(1);
    workers pool(file_threads, file_queue);
    std::vector<std::string> problems;
    auto const sender = make_store(source, from.values, pool, problems);
    auto const receiver = make_store(target, from.values, pool, problems);
    if (int const code = complain(problems)) return code;
    stop_request const stop(context);
    copy_screen screen(stop);
    blob::copy_options how;
    how.compare = !from.has("quick");
    return run_stoppable(context, copy_once(*sender, *receiver, how, screen),
                         "; the same command goes on where this one stopped");
}

} // namespace kinvault::commands
