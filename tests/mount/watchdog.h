// Ends a mount that does not answer: system calls of the test itself that wait for it fail, and the test with them.
#pragma once

#include <thread>

namespace bytestore::test {

class Mount;

class Watchdog {
public:
    explicit Watchdog(const Mount& mount);

private:
    std::jthread thread_;
};

}  // namespace bytestore::test
