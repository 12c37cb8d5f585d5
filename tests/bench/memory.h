// What a piece of work leaves allocated.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace bytestore::bench {

struct Memory {
    double heap = 0;      // bytes in use that malloc gave
    double resident = 0;  // of the process
    static Memory now();
};

// Bytes that are in memory of a process, as /proc names it.
double resident_bytes(const std::string& process);

// Runs `work` in a process of its own, so that nothing of earlier work is left there; the figures it returns.
std::map<std::string, double> in_child(const std::function<std::map<std::string, double>()>& work);

}  // namespace bytestore::bench
