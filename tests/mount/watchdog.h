// Ends a mount that does not answer: system calls of the test itself that wait for it fail, and the test with them.
#pragma once

#include <string>
#include <thread>

namespace bytestore::test {

class Watchdog {
public:
    explicit Watchdog(std::string mount_point);

private:
    std::jthread thread_;
};

}  // namespace bytestore::test
