// Runs programs the way a user would, and tells all that they said.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace bytestore::test {

struct Outcome {
    int status = -1;  // the exit status, or 128 and the signal
    bool timed_out = false;
    std::string out;
    std::string err;
};

struct RunOptions {
    std::string directory = "/";
    std::map<std::string, std::string> environment{};  // added to that of the tests
    std::chrono::seconds timeout{60};
};

// The program gets a process group of its own; after the timeout the group is killed. What it left in the background
// lives on.
Outcome run(const std::vector<std::string>& words, const RunOptions& options = {});

}  // namespace bytestore::test
