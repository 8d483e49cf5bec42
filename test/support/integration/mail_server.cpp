#include "test/support/integration/mail_server.hpp"

#include "crypto/bytes.hpp"
#include "crypto/encoding.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace kinvault::test {

namespace json = boost::json;

namespace {

/// Until a mail server that does not say anything is given up.
constexpr int patience = 30'000;

std::filesystem::path new_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "kinvault-smtp-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("no folder for the mail server");
    return name;
}

/// In the child: becomes the script.
[[noreturn]] void become(std::vector<std::string> const& words, int in, int out) {
    ::dup2(in, STDIN_FILENO);
    ::dup2(out, STDOUT_FILENO);
    std::vector<char*> argv;
    for (auto const& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    ::execve(argv[0], argv.data(), environ);
    std::_Exit(127);
}

} // namespace

mail_server::mail_server(std::vector<std::string> arguments, std::uint16_t port)
    : folder_(new_folder()) {
    std::vector<std::string> words{
        "/usr/bin/python3", KINVAULT_SOURCE_DIR "/test/support/smtp/server.py",
        "--folder",         folder_.string(),
        "--port",           std::to_string(port)};
    words.insert(words.end(), arguments.begin(), arguments.end());
    int in[2], out[2];
    if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) {
        throw std::runtime_error("no pipe to the mail server");
    }
    process_ = ::fork();
    if (process_ == 0) become(words, in[0], out[1]);
    ::close(in[0]);
    ::close(out[1]);
    // What it says while nobody reads has room.
    ::fcntl(out[0], F_SETPIPE_SZ, 1 << 20);
    in_ = in[1];
    out_ = out[0];
    while (port_ == 0) read_line();
}

mail_server::~mail_server() {
    ::close(in_);
    ::close(out_);
    ::waitpid(process_, nullptr, 0);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void mail_server::command(std::string const& line) {
    std::string const whole = line + "\n";
    int const before = commands_done_;
    if (::write(in_, whole.data(), whole.size()) != static_cast<ssize_t>(whole.size())) {
        throw std::runtime_error("the mail server does not listen to commands");
    }
    while (commands_done_ == before) read_line();
}

std::vector<taken_mail> const& mail_server::taken() {
    while (read_some(0)) {
    }
    while (take_line()) {
    }
    return taken_;
}

/// Waits until there is a line, and takes it.
void mail_server::read_line() {
    while (!take_line()) {
        if (!read_some(patience)) throw std::runtime_error("the mail server says nothing");
    }
}

/// False: it has said nothing for so long.
bool mail_server::read_some(int milliseconds) {
    pollfd ready{out_, POLLIN, 0};
    if (::poll(&ready, 1, milliseconds) != 1) return false;
    char buffer[65536];
    auto const length = ::read(out_, buffer, sizeof buffer);
    if (length <= 0) {
        throw std::runtime_error("the mail server is not there (package python3-aiosmtpd)");
    }
    pending_.append(buffer, static_cast<std::size_t>(length));
    return true;
}

bool mail_server::take_line() {
    auto const end = pending_.find('\n');
    if (end == std::string::npos) return false;
    auto const line = json::parse(pending_.substr(0, end)).as_object();
    pending_.erase(0, end + 1);
    if (auto const* port = line.if_contains("port")) port_ = port->to_number<std::uint16_t>();
    if (line.contains("done")) ++commands_done_;
    if (!line.contains("content")) return true;
    taken_mail mail;
    mail.from = line.at("from").as_string();
    for (auto const& to : line.at("to").as_array()) mail.to.emplace_back(to.as_string());
    auto const content = crypto::base64_decode(std::string(line.at("content").as_string())).value();
    mail.content.assign(content.begin(), content.end());
    mail.tls = line.at("tls").as_bool();
    if (line.at("user").is_string()) mail.user = line.at("user").as_string();
    for (auto const& [name, value] : line.at("head").as_object()) {
        mail.head[std::string(name)] = value.as_string();
    }
    mail.text = line.at("text").as_string();
    mail.html = line.at("html").as_string();
    for (auto const& defect : line.at("defects").as_array()) mail.defects += defect.as_string();
    taken_.push_back(std::move(mail));
    return true;
}

} // namespace kinvault::test
