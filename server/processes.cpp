#include "server/processes.hpp"

#include <spdlog/spdlog.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <map>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace kinvault {

namespace {

using clock = std::chrono::steady_clock;

/// A worker that lives shorter than this waits before it is replaced.
constexpr std::chrono::seconds young{2};

volatile std::sig_atomic_t stop_requested = 0;
void request_stop(int) {
    stop_requested = 1;
}

volatile std::sig_atomic_t reload_requested = 0;
void request_reload(int) {
    reload_requested = 1;
}

void set_handler(int signal, void (*handler)(int)) {
    struct sigaction action = {};
    action.sa_handler = handler;
    ::sigaction(signal, &action, nullptr);
}

pid_t start(std::function<int()> const& work) {
    pid_t const pid = ::fork();
    if (pid != 0) return pid;
    // A worker ends with its supervisor, also when that is killed.
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    set_handler(SIGTERM, SIG_DFL);
    set_handler(SIGINT, SIG_DFL);
    set_handler(SIGHUP, SIG_IGN);
    int code = 1;
    try {
        code = work();
    } catch (std::exception const& error) {
        std::fprintf(stderr, "kinvault: %s\n", error.what());
    }
    std::_Exit(code);
}

} // namespace

int supervise(std::uint32_t count, std::function<int()> const& work) {
    set_handler(SIGTERM, request_stop);
    set_handler(SIGINT, request_stop);
    set_handler(SIGHUP, request_reload);
    std::map<pid_t, clock::time_point> running;
    while (!stop_requested) {
        while (running.size() < count) {
            pid_t const pid = start(work);
            if (pid > 0)
                running[pid] = clock::now();
            else
                std::this_thread::sleep_for(young);
        }
        int status = 0;
        pid_t const ended = ::wait(&status);
        if (reload_requested) {
            reload_requested = 0;
            for (auto const& [pid, since] : running) ::kill(pid, SIGHUP);
        }
        auto const found = running.find(ended);
        if (found == running.end()) continue;
        bool const died_young = clock::now() - found->second < young;
        running.erase(found);
        if (stop_requested) break;
        spdlog::error("worker {} ended (status {}), starting another", ended, status);
        if (died_young) std::this_thread::sleep_for(young);
    }
    for (auto const& [pid, since] : running) ::kill(pid, SIGTERM);
    while (!running.empty()) {
        pid_t const ended = ::wait(nullptr);
        if (ended > 0)
            running.erase(ended);
        else if (errno == ECHILD)
            break;
    }
    return 0;
}

} // namespace kinvault
