// What the machine gives in logins if a login were nothing but its hash: verifications a second on
// all cores. Used by test/bench/requests.mjs: bench_hash SECONDS.
#include "crypto/password.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    using clock = std::chrono::steady_clock;
    auto const begin = clock::now();
    auto const end = begin + std::chrono::seconds(std::atoi(argv[1]));
    std::string const password = "correct horse battery";
    auto const hash = kinvault::crypto::hash_password(password, {});
    std::atomic<int> done = 0;
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i) {
        threads.emplace_back([&] {
            while (clock::now() < end && kinvault::crypto::verify_password(password, hash)) ++done;
        });
    }
    threads.clear();
    std::chrono::duration<double> const took = clock::now() - begin;
    std::printf("%.2f\n", done.load() / took.count());
}
