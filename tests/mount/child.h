// A process that a test started, in a process group of its own.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bytestore::test {

struct ChildSettings {
    std::string directory = "/";
    std::map<std::string, std::string> environment{};
    int out = 1;
    int err = 2;
    int signal_at_our_death = SIGKILL;  // so that nothing outlives a test that is killed
};

class Child {
public:
    Child(const std::vector<std::string>& words, const ChildSettings& settings);
    // Kills it if it has not ended.
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    pid_t pid() const { return pid_; }
    bool running() { return !wait(std::chrono::seconds(0)); }
    void signal(int number) const;
    // The exit status, or 128 and the signal; nothing if it has not ended in time.
    std::optional<int> wait(std::chrono::milliseconds timeout);
    // Ends it and all that it started.
    void kill_group();

private:
    pid_t pid_ = -1;
    std::optional<int> status_;
};

}  // namespace bytestore::test
