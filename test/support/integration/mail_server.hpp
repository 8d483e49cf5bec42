// A real mail server as a process of its own (test/support/smtp/server.py), with what it has taken.
// Used by test/integration/mail_*.cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace kinvault::test {

struct taken_mail {
    std::string from;
    std::vector<std::string> to;
    std::string content; ///< as it came, with CRLF
    bool tls = false;
    std::string user;                        ///< who was logged in; empty: nobody
    std::map<std::string, std::string> head; ///< decoded; names in lower case
    std::string text, html;
    std::string defects; ///< what is wrong with it as a mail
};

class mail_server {
  public:
    /// Starts it with the arguments of the script, on a free port or on `port`.
    explicit mail_server(std::vector<std::string> arguments = {}, std::uint16_t port = 0);
    /// Ends it, connections and all.
    ~mail_server();
    mail_server(mail_server const&) = delete;
    mail_server& operator=(mail_server const&) = delete;

    std::uint16_t port() const noexcept { return port_; }
    /// With --tls: what clients are to trust.
    std::string ca_file() const { return (folder_ / "ca.pem").string(); }
    /// Gives a command of the script and waits until it is obeyed.
    void command(std::string const& line);
    /// What was taken so far.
    std::vector<taken_mail> const& taken();

  private:
    void read_line();
    bool read_some(int milliseconds);
    bool take_line();

    std::filesystem::path folder_;
    int in_ = -1, out_ = -1;
    int process_ = -1;
    std::string pending_;
    std::uint16_t port_ = 0;
    int commands_done_ = 0;
    std::vector<taken_mail> taken_;
};

} // namespace kinvault::test
